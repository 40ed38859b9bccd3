/** "This wasn't me": the session ends with what it let in, and its desktop can't ask this account again for a while. */
import { audit } from '../audit'
import { db, type Transaction } from '../db'
import { AppError } from '../errors'
import { log } from '../log'
import { findLink, spendLink } from '../notify/links'
import type { DeviceKind } from '../wire'
import { block } from './block'
import { requireLive, requireStrong, type CurrentSession } from './current'
import { distrustDevices, endSessions } from './end'
import { isReportable } from './reportable'

interface Reporter {
  address: string | null
}

/**
 * By the link in the notice's mail, from whoever holds it.
 * @returns how many sessions ended
 * @throws AppError `not_found`
 */
export function reportByLink(token: string, caller: Reporter, now: Date): Promise<number> {
  return db().write(async (tx) => {
    const { sessionId } = await spendLink(tx, token, 'session_created', now)
    return reportSession(tx, { id: sessionId as string }, caller, now)
  })
}

/**
 * By somebody who is signed in to the same account.
 * @returns how many sessions ended
 * @throws AppError `not_found`, or `reauthentication_required` where the reporting session was made by QR
 */
export function reportAsOwner(
  session: CurrentSession,
  targetId: string,
  caller: Reporter,
  now: Date,
): Promise<number> {
  return db().write(async (tx) => {
    await requireLive(tx, session, now)
    requireStrong(session, now)
    if (targetId === session.id) throw new AppError('not_found')
    return reportSession(tx, { id: targetId, userId: session.userId }, caller, now)
  })
}

async function reportSession(
  tx: Transaction,
  which: { id: string; userId?: string },
  { address }: Reporter,
  now: Date,
): Promise<number> {
  const session = await tx.session.findFirst({ where: which, include: { device: true } })
  if (!session || !isReportable(session, now)) throw new AppError('not_found')
  const { id, userId, device } = session
  const ended = await endSessions(tx, [id], 'reported', now, address)
  // One that was over before is marked as well, so that it is reported once.
  await tx.session.updateMany({ where: { id }, data: { endReason: 'reported' } })
  await tx.notice.updateMany({ where: { sessionId: id }, data: { linkHash: null, dismissedAt: now } })
  await distrustDevices(tx, { id: device.id }, now)
  const { browser, system } = device
  await block(tx, { userId, deviceId: device.id, address: session.address, browser, system }, now)
  await audit(tx, now, {
    type: 'session_reported',
    userId,
    sessionId: id,
    address,
    device: { kind: device.kind as DeviceKind, browser, system },
  })
  db().afterCommit(tx, () => log().warn({ event: 'session_reported', userId, sessionId: id }, 'reported'))
  return ended
}

/**
 * The session that a link is about, for a look at it.
 * @throws AppError `not_found`
 */
export async function findReported(token: string, now: Date) {
  const { sessionId } = await db().query((client) => findLink(client, token, 'session_created', now))
  const session = await db().read((client) =>
    client.session.findUnique({
      where: { id: sessionId as string },
      include: { device: true, parent: { include: { device: true } } },
    }),
  )
  if (!session) throw new AppError('not_found')
  return session
}
