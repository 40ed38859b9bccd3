/** For how long somebody may say of a sign-in: "This wasn't me". */
import type { Session } from '../generated/prisma/client'

const REPORT_DAYS = 7

/** The latest moment at which a session was too old to be reported. */
export const reportableSince = (now: Date): Date => new Date(now.getTime() - REPORT_DAYS * 86_400_000)

/** True while a session may be reported, which it is once. */
export const isReportable = (session: Pick<Session, 'createdAt' | 'endReason'>, now: Date): boolean =>
  session.endReason !== 'reported' && session.createdAt > reportableSince(now)
