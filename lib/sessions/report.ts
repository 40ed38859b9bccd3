/** "This wasn't me": the session ends with what it let in, and its desktop can't ask this account again for a while. */
import { audit } from '../audit'
import { db, type Transaction } from '../db'
import { AppError } from '../errors'
import type { Device, Session } from '../generated/prisma/client'
import { log } from '../log'
import { requests } from '../login/requests'
import { findLink, spendLink } from '../notify/links'
import { sql, type Runner } from '../sql'
import type { DeviceKind } from '../wire'
import { block } from './block'
import { requireLive, requireStrong, type CurrentSession } from './current'
import { distrustDevices, endSessions } from './end'
import { isReportable } from './reportable'

interface Reporter {
  address: string | null
}

/** Which session, and what of the account is the reporter's own. */
interface Reported {
  id: string
  own?: Pick<CurrentSession, 'id' | 'userId' | 'deviceId'>
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
    // It may have come out of the reported one; from here it stands on its own.
    await tx.session.updateMany({
      where: { id: session.id, kind: 'derived' },
      data: { kind: 'independent' },
    })
    return reportSession(tx, { id: targetId, own: session }, caller, now)
  })
}

async function reportSession(
  tx: Transaction,
  { id, own }: Reported,
  { address }: Reporter,
  now: Date,
): Promise<number> {
  const session = await tx.session.findUnique({ where: { id }, include: { device: true } })
  if (!session || (own && session.userId !== own.userId) || !isReportable(session, now))
    throw new AppError('not_found')
  const { userId, device } = session
  const tree = await withDescendants(tx, id, own?.id ?? '')
  const ids = tree.map((row) => row.id)
  const ended = await endSessions(tx, ids, 'reported', now, address)
  // What was over before is marked as well, so that it is reported once.
  await tx.session.updateMany({ where: { id: { in: ids } }, data: { endReason: 'reported' } })
  const told = { sessionId: { in: ids } }
  await tx.notice.updateMany({ where: told, data: { linkHash: null, dismissedAt: now } })
  const deviceIds = new Set(tree.map((row) => row.deviceId).filter((other) => other !== own?.deviceId))
  await distrustDevices(tx, { id: { in: [...deviceIds] } }, now)
  await blockAll(tx, session, deviceIds, now)
  const { browser, system } = device
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

/** A session, and all that came out of it: live or over, hanging on it or not, but for the reporter's own. */
const withDescendants = (tx: Runner, id: string, own: string) =>
  tx.$queryRaw<Pick<Session, 'id' | 'deviceId'>[]>(sql`
    WITH RECURSIVE "tree" AS (
      SELECT "id", "deviceId" FROM "Session" WHERE "id" = ${id}
      UNION
      SELECT "Session"."id", "Session"."deviceId" FROM "Session"
      JOIN "tree" ON "Session"."parentId" = "tree"."id" WHERE "Session"."id" <> ${own})
    SELECT "id", "deviceId" FROM "tree"`)

/** The reported desktop by its cookie and by where it asked and signed in, the ones behind it by their cookies. */
async function blockAll(
  tx: Transaction,
  session: Session & { device: Device },
  deviceIds: Set<string>,
  now: Date,
): Promise<void> {
  const { userId, loginRequestId, device } = session
  const none = { userId, address: null, browser: null, system: null }
  for (const deviceId of deviceIds) await block(tx, { ...none, deviceId }, now)
  const [asked] = loginRequestId ? await requests().find([loginRequestId], tx) : []
  const { browser, system } = device
  for (const address of new Set([session.address, asked?.desktopAddress ?? null]))
    if (address !== null) await block(tx, { userId, deviceId: null, address, browser, system }, now)
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
