/** The notices that the app shows, and "It was me". */
import { db } from '../db'
import { deviceView } from '../devices'
import { AppError } from '../errors'
import type { Device, Prisma, Session } from '../generated/prisma/client'
import { placeOf, placesReady } from '../places'
import { requireLive } from '../sessions/account'
import type { CurrentSession } from '../sessions/current'
import { reportableSince } from '../sessions/reportable'
import { isOnProbation, type StrongSession } from '../sessions/strength'
import { NoticeType, type NoticeView, type ReportView } from '../wire'

/** More are not told apart by anybody; the rest is in the activity. */
const MOST = 50

const WITH_DEVICES = { device: true, parent: { include: { device: true } } } as const
type NoticedSession = Session & { device: Device; parent: (Session & { device: Device }) | null }

/**
 * The notices that a session may see: of its account, as long as they can be reported, and none of its own doing. So no
 * sign-in on its own device, and no new password after which it alone was left.
 */
const shownTo = (session: CurrentSession, now: Date): Prisma.NoticeWhereInput => ({
  userId: session.userId,
  type: { in: NoticeType.options },
  createdAt: { gt: reportableSince(now) },
  AND: {
    OR: [
      {
        type: 'session_created',
        session: {
          deviceId: { not: session.deviceId },
          // Of one that ended with a reported one, nothing is left to say.
          OR: [{ endReason: null }, { endReason: { not: 'reported' } }],
        },
      },
      { type: 'password_changed', createdAt: { lt: session.createdAt } },
    ],
  },
})

/** What this session is to be told, newest first; nothing while it is on probation. */
export async function listNotices(session: CurrentSession, now: Date): Promise<NoticeView[]> {
  if (isOnProbation(session, now)) return []
  const rows = await db().read((client) =>
    client.notice.findMany({
      where: { ...shownTo(session, now), dismissedAt: null },
      include: { session: { include: WITH_DEVICES } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: MOST,
    }),
  )
  await placesReady()
  return rows.map((row) => ({
    id: row.id,
    type: row.type as NoticeView['type'],
    at: row.createdAt.toISOString(),
    session: row.session && noticed(row.session, now),
  }))
}

/**
 * "It was me": the notice is shown no more. The link in its mail stays good.
 * @throws AppError `sign_in_required`, `not_found`
 */
export function dismissNotice(session: StrongSession, id: string, now: Date): Promise<void> {
  return db().write(async (tx) => {
    await requireLive(tx, session, now)
    const dismissed = await tx.notice.updateMany({
      where: { ...shownTo(session, now), id },
      data: { dismissedAt: now },
    })
    if (dismissed.count === 0) throw new AppError('not_found')
  })
}

/** A sign-in, for whoever holds its link: nothing of where the account or the device can be reached. */
export async function reportView(session: NoticedSession, now: Date): Promise<ReportView> {
  await placesReady()
  const { id: _id, address: _address, ...view } = noticed(session, now)
  return { ...view, at: session.createdAt.toISOString() }
}

const noticed = (session: NoticedSession, now: Date): NonNullable<NoticeView['session']> => ({
  id: session.id,
  device: deviceView(session.device),
  address: session.address,
  place: placeOf(session.address),
  method: session.method as ReportView['method'],
  approvedBy: session.parent && deviceView(session.parent.device),
  live: session.endedAt === null && session.expiresAt > now,
})
