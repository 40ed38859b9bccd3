import { isStrong, type CurrentSession } from './current'

/** True while its browser is too strange for all that sessions of the account may see and do. A password ends that. */
export const isOnProbation = (
  session: Pick<CurrentSession, 'method' | 'reauthenticatedAt' | 'probationEndsAt'>,
  now: Date,
): boolean => session.probationEndsAt !== null && session.probationEndsAt > now && !isStrong(session, now)
