/** Ending sessions, with all that hangs on them. */
import { auditSessions } from '../audit'
import { db } from '../db'
import { AppError } from '../errors'
import type { Session } from '../generated/prisma/client'
import { requests } from '../login/requests'
import { inParts } from '../parts'
import { among, sql, type Statement } from '../sql'
import { lockAccount, requireLive, type LockedAccount } from './account'
import type { CurrentSession } from './current'
import { requireStrong, type StrongSession } from './strength'
import { isOpenAt, lineOf, treeOf } from './tree'

export type EndReason =
  'signed_out' | 'revoked' | 'replaced' | 'password_changed' | 'disabled' | 'claimed' | 'reported'

/** Which sessions or devices of an account, in SQL. */
export const ALL = sql`TRUE`
export const only = (id: string): Statement => sql`"id" = ${id}`
export const allBut = (id: string): Statement => sql`"id" <> ${id}`

/**
 * Ends those sessions of an account that `which` holds, with their derived descendants, and the login requests that any
 * of them has in hand.
 * @returns how many sessions ended
 */
export async function endSessions(
  account: LockedAccount,
  which: Statement,
  reason: EndReason,
  now: Date,
  address: string | null = null,
): Promise<number> {
  const { tx, user } = account
  const roots = sql`"userId" = ${user.id} AND ${isOpenAt(now)} AND (${which})`
  const ending = await tx.$queryRaw<{ id: string }[]>(
    treeOf(roots, sql`"kind" = 'derived' AND ${isOpenAt(now)}`),
  )
  const ids = ending.map(({ id }) => id)
  await inParts(ids, async (part) => {
    await tx.$queryRaw(sql`
      UPDATE "Session" SET "endedAt" = ${now}, "endReason" = ${reason} WHERE "id" ${among(part)}`)
    await auditSessions(tx, now, part, { type: 'session_ended', address, detail: reason })
    await requests().endOf(account, part, now)
  })
  return ids.length
}

/** Signs one's own session out. One that is not live any more ends nothing, and that is fine. */
export function signOut(session: CurrentSession, now: Date, address: string | null): Promise<number> {
  return endOwn(session, only(session.id), 'signed_out', now, address)
}

/**
 * Ends the session that a new sign-in replaced in its browser; it would live on where nobody can reach it. One that
 * the new session descends from stays: its end would be the new one's.
 */
export function endReplaced(
  old: CurrentSession,
  newId: string,
  now: Date,
  address: string | null,
): Promise<number> {
  const which = sql`${only(old.id)} AND "id" NOT IN (${lineOf(newId, ALL)})`
  return endOwn(old, which, 'replaced', now, address)
}

function endOwn(
  { userId }: CurrentSession,
  which: Statement,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<number> {
  return db().move(async (tx) => {
    const account = await lockAccount(tx, { id: userId })
    return account ? endSessions(account, which, reason, now, address) : 0
  })
}

/**
 * Ends one session of the same account, with its descendants, and forgets its browser: it may be a stranger's.
 * @throws AppError `sign_in_required`, `not_found`, or `reauthentication_required` where a weak session reaches beyond
 *   its descendants
 */
export function revokeSession(
  session: CurrentSession,
  targetId: string,
  now: Date,
  address: string | null,
): Promise<number> {
  return db().move(async (tx) => {
    const account = await requireLive(tx, session, now)
    const own = sql`"userId" = ${session.userId} AND ${isOpenAt(now)}`
    const [target] = await tx.$queryRaw<(Pick<Session, 'deviceId'> & { isWithin: number | boolean })[]>(sql`
      SELECT "deviceId", ${session.id} IN (${lineOf(targetId, own)}) AS "isWithin"
      FROM "Session" WHERE "id" = ${targetId} AND ${own}`)
    if (!target) throw new AppError('not_found')
    if (!target.isWithin) requireStrong(session, now)
    if (target.deviceId !== session.deviceId) await distrustDevices(account, only(target.deviceId), now)
    return endSessions(account, only(targetId), 'revoked', now, address)
  })
}

/**
 * Ends all other sessions of the account.
 * @throws AppError `sign_in_required`
 */
export function revokeOthers(session: StrongSession, now: Date, address: string | null): Promise<number> {
  return db().move(async (tx) =>
    endOthers(await requireLive(tx, session, now), session, 'revoked', now, address),
  )
}

/** Ends all but this session, and forgets the browsers that were known. One that hung on another stands on its own from here: it is the one to keep. */
export async function endOthers(
  account: LockedAccount,
  session: CurrentSession,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<number> {
  await distrustDevices(account, allBut(session.deviceId), now)
  // They were scanned when their desktops were still known.
  await requests().endOf(account, [session.id], now, true)
  await makeIndependent(account, session)
  return endSessions(account, allBut(session.id), reason, now, address)
}

/** Cuts the bond to the session that approved this one, so that this one outlives it. */
export async function makeIndependent({ tx }: LockedAccount, { id }: CurrentSession): Promise<void> {
  await tx.$queryRaw(sql`
    UPDATE "Session" SET "kind" = 'independent' WHERE "id" = ${id} AND "kind" = 'derived'`)
}

/** A desktop in one of these browsers is a strange one again (`lib/login/signals.ts`). */
export async function distrustDevices(
  { tx, user }: LockedAccount,
  which: Statement,
  now: Date,
): Promise<void> {
  const devices = await tx.$queryRaw<{ id: string }[]>(sql`
    SELECT "id" FROM "Device" WHERE "userId" = ${user.id} AND (${which})`)
  await inParts(
    devices.map(({ id }) => id),
    async (part) => {
      await tx.$queryRaw(sql`UPDATE "Device" SET "distrustedAt" = ${now} WHERE "id" ${among(part)}`)
    },
  )
}
