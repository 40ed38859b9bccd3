/** Ending sessions, with all that hangs on them. */
import { auditAll, datedAll, type AuditEntry } from '../audit'
import { db, type Transaction } from '../db'
import { AppError } from '../errors'
import type { Prisma } from '../generated/prisma/client'
import { requests } from '../login/requests'
import { sql, type Runner } from '../sql'
import { liveAt, requireLive, requireStrong, type CurrentSession } from './current'
import { liveSessions } from './list'

export type EndReason = 'signed_out' | 'revoked' | 'replaced' | 'password_changed' | 'disabled' | 'reported'

/**
 * Ends sessions: first their own rows, then derived descendants, then the login requests that any of them has in hand.
 * @returns how many sessions ended
 */
export async function endSessions(
  tx: Transaction,
  ids: string[],
  reason: EndReason,
  now: Date,
  address: string | null = null,
): Promise<number> {
  const ended: string[] = []
  let generation: object = { id: { in: ids } }
  for (;;) {
    const rows = await tx.session.updateManyAndReturn({
      where: { ...generation, endedAt: null, expiresAt: { gt: now } },
      data: { endedAt: now, endReason: reason },
      select: { id: true, userId: true },
    })
    if (rows.length === 0) break
    const told = rows.map(({ id, userId }): AuditEntry => {
      return { type: 'session_ended', userId, sessionId: id, address, detail: reason }
    })
    await auditAll(tx, datedAll(now, told))
    const generationIds = rows.map((row) => row.id)
    ended.push(...generationIds)
    generation = { parentId: { in: generationIds }, kind: 'derived' }
  }
  await requests().endOf(tx, ended, now)
  return ended.length
}

/** Signs one's own session out. One that is not live any more ends nothing, and that is fine. */
export function signOut(session: CurrentSession, now: Date, address: string | null): Promise<number> {
  return db().write((tx) => endSessions(tx, [session.id], 'signed_out', now, address))
}

/**
 * Ends the session that a new sign-in replaced in its browser; it would live on where nobody can reach it. One that
 * the new session descends from stays: its end would be the new one's.
 */
export function endReplaced(
  oldId: string,
  newId: string,
  now: Date,
  address: string | null,
): Promise<number> {
  return db().write(async (tx) => {
    for (let at: string | null = newId; at; at = await parentOf(tx, at)) if (at === oldId) return 0
    return endSessions(tx, [oldId], 'replaced', now, address)
  })
}

const parentOf = async (tx: Transaction, id: string): Promise<string | null> =>
  (await tx.session.findUnique({ where: { id }, select: { parentId: true } }))?.parentId ?? null

/**
 * Ends one session of the same account, with its descendants, and forgets its browser: it may be a stranger's.
 * @throws AppError `not_found`, or `reauthentication_required` where a QR session reaches beyond its descendants
 */
export function revokeSession(
  session: CurrentSession,
  targetId: string,
  now: Date,
  address: string | null,
): Promise<number> {
  return db().write(async (tx) => {
    await requireLive(tx, session, now)
    const live = await liveSessions(tx, session.userId, now)
    const target = live.find((row) => row.id === targetId)
    if (!target) throw new AppError('not_found')
    if (!isWithin(live, target.id, session.id)) requireStrong(session, now)
    if (target.deviceId !== session.deviceId) await distrustDevices(tx, { id: target.deviceId }, now)
    return endSessions(tx, [target.id], 'revoked', now, address)
  })
}

/** True where `id` is `root` or descends from it. */
function isWithin(live: { id: string; parentId: string | null }[], id: string, root: string): boolean {
  const parents = new Map(live.map((row) => [row.id, row.parentId]))
  for (let at: string | null | undefined = id; at; at = parents.get(at)) if (at === root) return true
  return false
}

/**
 * Ends all other sessions of the account.
 * @throws AppError `reauthentication_required` where the session was made by QR
 */
export function revokeOthers(session: CurrentSession, now: Date, address: string | null): Promise<number> {
  return db().write(async (tx) => {
    requireStrong(session, now)
    await requireLive(tx, session, now)
    return endOthers(tx, session, 'revoked', now, address)
  })
}

/** Ends all but this session, and forgets the browsers that were known. One that hung on another stands on its own from here: it is the one to keep. */
export async function endOthers(
  tx: Transaction,
  session: CurrentSession,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<number> {
  await distrustDevices(tx, { userId: session.userId, id: { not: session.deviceId } }, now)
  // They were scanned when their desktops were still known.
  // Behind the row's lock, so that no consume is on its way.
  await tx.$queryRaw(sql`UPDATE "Session" SET "id" = "id" WHERE "id" = ${session.id}`)
  await requests().endOf(tx, [session.id], now, true)
  await tx.session.updateMany({ where: { id: session.id, kind: 'derived' }, data: { kind: 'independent' } })
  const others = await tx.session.findMany({
    where: { userId: session.userId, id: { not: session.id }, ...liveAt(now) },
    select: { id: true },
  })
  const ids = others.map((row) => row.id)
  return endSessions(tx, ids, reason, now, address)
}

/** The same for one device, by prepared statements. */
export async function forgetDevice(tx: Runner, id: string, now: Date): Promise<void> {
  await tx.$queryRaw(sql`UPDATE "Device" SET "distrustedAt" = ${now} WHERE "id" = ${id}`)
}

/** A desktop in one of these browsers is a strange one again (`lib/login/signals.ts`). */
export async function distrustDevices(
  tx: Transaction,
  which: Prisma.DeviceWhereInput,
  now: Date,
): Promise<void> {
  await tx.device.updateMany({ where: which, data: { distrustedAt: now } })
}
