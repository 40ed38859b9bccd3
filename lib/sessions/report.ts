/** "This wasn't me": the session ends with what it let in, and its desktop can't ask this account again for a while. */
import { audit } from '../audit'
import { db } from '../db'
import { AppError } from '../errors'
import type { Session } from '../generated/prisma/client'
import { log } from '../log'
import { requests } from '../login/requests'
import { findLink, spendLink } from '../notify/links'
import { inParts } from '../parts'
import { among, sql, type Runner } from '../sql'
import type { DeviceKind } from '../wire'
import { requireLive, type LockedAccount } from './account'
import { blockAll } from './block'
import type { CurrentSession } from './current'
import { distrustDevices, endSessions, makeIndependent, type Choice } from './end'
import { isReportable } from './reportable'
import type { StrongSession } from './strength'

interface Reporter {
  address: string | null
}

/** Which session, and what of the account is the reporter's own. */
interface Reported {
  id: string
  own?: Pick<CurrentSession, 'id' | 'deviceId'>
}

/**
 * By the link in the notice's mail, from whoever holds it.
 * @returns how many sessions ended
 * @throws AppError `not_found`
 */
export function reportByLink(token: string, caller: Reporter, now: Date): Promise<number> {
  return db().move(async (tx) => {
    const { account, notice } = await spendLink(tx, token, 'session_created', now)
    return reportSession(account, { id: notice.sessionId as string }, caller, now)
  })
}

/**
 * By somebody who is signed in to the same account.
 * @returns how many sessions ended
 * @throws AppError `sign_in_required`, `not_found`
 */
export function reportAsOwner(
  session: StrongSession,
  targetId: string,
  caller: Reporter,
  now: Date,
): Promise<number> {
  return db().move(async (tx) => {
    const account = await requireLive(tx, session, now)
    if (targetId === session.id) throw new AppError('not_found')
    // It may have come out of the reported one; from here it stands on its own.
    await makeIndependent(account, session)
    return reportSession(account, { id: targetId, own: session }, caller, now)
  })
}

type ReportedSession = Session & {
  deviceKind: string
  deviceBrowser: string | null
  deviceSystem: string | null
}

async function reportSession(
  account: LockedAccount,
  { id, own }: Reported,
  { address }: Reporter,
  now: Date,
): Promise<number> {
  const { tx, user } = account
  const [session] = await tx.$queryRaw<ReportedSession[]>(sql`
    SELECT "Session".*, "Device"."kind" AS "deviceKind", "Device"."browser" AS "deviceBrowser",
      "Device"."system" AS "deviceSystem"
    FROM "Session" JOIN "Device" ON "Device"."id" = "Session"."deviceId"
    WHERE "Session"."id" = ${id} AND "Session"."userId" = ${user.id}`)
  if (!session || !isReportable(session, now)) throw new AppError('not_found')
  const reported = await withDescendants(tx, id, own?.id ?? '')
  const ids = new Set(reported.map((row) => row.id))
  const choose: Choice = (open) => open.filter((one) => ids.has(one.id))
  const ended = await endSessions(account, choose, 'reported', now, address)
  await inParts([...ids], async (part) => {
    // What was over before is marked as well, so that it is reported once.
    await tx.$queryRaw(sql`UPDATE "Session" SET "endReason" = 'reported' WHERE "id" ${among(part)}`)
    await tx.$queryRaw(sql`
      UPDATE "Notice" SET "linkHash" = NULL, "dismissedAt" = ${now} WHERE "sessionId" ${among(part)}`)
  })
  const devices = new Set(reported.map(({ deviceId }) => deviceId).filter((other) => other !== own?.deviceId))
  await distrustDevices(account, sql`"id" ${among([...devices])}`, now)
  await blockReported(account, session, devices, now)
  await audit(tx, now, {
    type: 'session_reported',
    userId: user.id,
    sessionId: id,
    address,
    device: {
      kind: session.deviceKind as DeviceKind,
      browser: session.deviceBrowser,
      system: session.deviceSystem,
    },
  })
  const event = { event: 'session_reported', userId: user.id, sessionId: id }
  db().afterCommit(tx, () => log().warn(event, 'reported'))
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

/** The reported desktop by where it asked and signed in, then it and the ones behind it by their cookies. */
async function blockReported(
  account: LockedAccount,
  { loginRequestId, address: signedInAt, deviceBrowser: browser, deviceSystem: system }: ReportedSession,
  deviceIds: Set<string>,
  now: Date,
): Promise<void> {
  const [asked] = loginRequestId ? await requests().find([loginRequestId], account.tx) : []
  const addresses = new Set([signedInAt, asked?.desktopAddress ?? null])
  const places = [...addresses].flatMap((address) =>
    address === null ? [] : [{ deviceId: null, address, browser, system }],
  )
  const devices = [...deviceIds].map((deviceId) => {
    return { deviceId, address: null, browser: null, system: null }
  })
  await blockAll(account, [...places, ...devices], now)
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
