/** Ending sessions, with all that hangs on them. */
import { auditSessions } from '../audit'
import { db } from '../db'
import { AppError } from '../errors'
import { requests } from '../login/requests'
import { inParts } from '../parts'
import { among, sql, type Statement } from '../sql'
import { lockAccount, requireLive, type LockedAccount } from './account'
import type { CurrentSession } from './current'
import { lineOf, openSessions, withDerived, type OpenSession } from './open'
import { requireStrong, type StrongSession } from './strength'

export type EndReason =
  'signed_out' | 'revoked' | 'replaced' | 'password_changed' | 'disabled' | 'claimed' | 'reported' | 'surplus'

/** Chooses among the open sessions of an account. */
export type Choice = (open: OpenSession[]) => OpenSession[]

export const only =
  (id: string): Choice =>
  (open) =>
    open.filter((session) => session.id === id)

/**
 * Ends the chosen sessions of an account, with their derived descendants, and the login requests that any of them has in
 * hand.
 * @returns how many sessions ended
 */
export async function endSessions(
  account: LockedAccount,
  choose: Choice,
  reason: EndReason,
  now: Date,
  address: string | null = null,
): Promise<number> {
  const { tx } = account
  const open = await openSessions(account, now)
  const ids = [...withDerived(open, choose(open))].map(({ id }) => id)
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
  const unlessAbove: Choice = (open) => (lineOf(open, newId).has(old.id) ? [] : only(old.id)(open))
  return endOwn(old, unlessAbove, 'replaced', now, address)
}

function endOwn(
  { userId }: CurrentSession,
  choose: Choice,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<number> {
  return db().move(async (tx) => {
    const account = await lockAccount(tx, { id: userId }, now)
    return account ? endSessions(account, choose, reason, now, address) : 0
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
    const open = await openSessions(account, now)
    const [target] = only(targetId)(open)
    if (!target) throw new AppError('not_found')
    if (!lineOf(open, targetId).has(session.id)) requireStrong(session, now)
    if (target.deviceId !== session.deviceId)
      await distrustDevices(account, sql`"id" = ${target.deviceId}`, now)
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

/**
 * Ends all sessions but this one, and forgets the browsers that were known. This one no longer hangs on the session that
 * approved it.
 */
export async function endOthers(
  account: LockedAccount,
  session: CurrentSession,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<number> {
  await distrustDevices(account, sql`"id" <> ${session.deviceId}`, now)
  // They were scanned when their desktops were still known.
  await requests().endOf(account, [session.id], now, true)
  await makeIndependent(account, session)
  const others: Choice = (open) => open.filter(({ id }) => id !== session.id)
  return endSessions(account, others, reason, now, address)
}

/** Cuts the bond to the session that approved this one, so that this one outlives it. */
export async function makeIndependent({ tx }: LockedAccount, { id }: CurrentSession): Promise<void> {
  await tx.$queryRaw(sql`
    UPDATE "Session" SET "kind" = 'independent' WHERE "id" = ${id} AND "kind" = 'derived'`)
}

/**
 * Forgets browsers of an account: a desktop in one of them is a strange one again (`lib/login/signals.ts`).
 * @param which of the account's devices, in SQL
 */
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
