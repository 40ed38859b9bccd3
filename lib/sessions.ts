/** Sessions: our row decides every request; the cookie only carries the token. */
import { audit } from './audit'
import { db, type Transaction } from './db'
import { isDevice } from './devices'
import { AppError, isAppError } from './errors'
import { tryTake } from './limits/limits'
import { MOVES } from './login/state'
import { equal, hash, joinToken, newId, newSecret, splitToken } from './tokens'
import type { Device } from './generated/prisma/client'
import type { DeviceKind, DeviceView, Kind, Method, SessionView } from './wire'

/** A password that was given within this time makes a QR session as strong as a password session. */
const REAUTHENTICATION_MINUTES = 10
/** How long a stay is where nobody chose: password sessions. */
export const PASSWORD_STAY_SECONDS = 30 * 86_400
const TOUCH_EVERY_MS = 60_000

export interface CurrentSession {
  id: string
  userId: string
  deviceId: string
  method: Method
  kind: 'own' | Kind
  parentId: string | null
  createdAt: Date
  expiresAt: Date
  reauthenticatedAt: Date | null
  user: { name: string; email: string }
  device: DeviceView & { createdAt: Date }
}

interface NewSession {
  userId: string
  deviceId: string
  method: Method
  kind: 'own' | Kind
  parentId?: string
  loginRequestId?: string
  address: string | null
  expiresAt: Date
  secret?: string
}

/** Writes a session and its audit entry; answers with the token for the cookie. */
export async function createSession(tx: Transaction, session: NewSession, now: Date): Promise<string> {
  const { secret = newSecret(), ...row } = session
  const id = newId()
  await tx.session.create({ data: { id, secretHash: hash(secret), ...row, createdAt: now } })
  await audit(tx, now, {
    type: 'session_created',
    userId: row.userId,
    sessionId: id,
    loginRequestId: row.loginRequestId ?? null,
    address: row.address,
    detail: row.method,
  })
  return joinToken(id, secret)
}

/** The `where` of a session that may still act. */
export const liveAt = (now: Date) => ({ endedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } })

/**
 * The session that two cookies prove: the token, and the device that it was made for. A token without its device is
 * refused and reported.
 * @returns null where nobody is signed in
 * @throws AppError `unavailable` when the database can't say
 */
export async function findSession(
  token: string | undefined,
  deviceCookie: string | undefined,
  now: Date,
  address: string | null,
): Promise<CurrentSession | null> {
  const parts = splitToken(token)
  if (!parts) return null
  const row = await db().read((client) =>
    client.session.findFirst({
      where: { id: parts.id, ...liveAt(now) },
      include: { user: true, device: true },
    }),
  )
  if (!row || !equal(row.secretHash, hash(parts.secret))) return null
  if (!isDevice(row.device, deviceCookie)) {
    await reportWrongDevice(row, now, address)
    return null
  }
  await touch(row, now)
  return {
    id: row.id,
    userId: row.userId,
    deviceId: row.deviceId,
    method: row.method as Method,
    kind: row.kind as CurrentSession['kind'],
    parentId: row.parentId,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    reauthenticatedAt: row.reauthenticatedAt,
    user: { name: row.user.name, email: row.user.email },
    device: { ...deviceView(row.device), createdAt: row.device.createdAt },
  }
}

async function reportWrongDevice(row: { id: string; userId: string }, now: Date, address: string | null) {
  if (!(await tryTake('wrong_device_report', row.id))) return
  await tolerateAway(
    db().write((tx) =>
      audit(tx, now, { type: 'session_wrong_device', userId: row.userId, sessionId: row.id, address }),
    ),
  )
}

async function touch(row: { id: string; lastSeenAt: Date | null }, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - TOUCH_EVERY_MS)
  if (row.lastSeenAt && row.lastSeenAt > stale) return
  await tolerateAway(
    db().write((tx) => tx.session.updateMany({ where: { id: row.id }, data: { lastSeenAt: now } })),
  )
}

/** A database that can't be written for a moment must not sign anybody out: what is only noted may be missed. */
async function tolerateAway(work: Promise<unknown>): Promise<void> {
  await work.catch((error) => {
    if (!isAppError(error, 'unavailable')) throw error
  })
}

/** True where this session may do what QR-made sessions may not: approve, change credentials, end others. */
export function isStrong(session: Pick<CurrentSession, 'method' | 'reauthenticatedAt'>, now: Date): boolean {
  if (session.method !== 'qr') return true
  const since = now.getTime() - REAUTHENTICATION_MINUTES * 60_000
  return session.reauthenticatedAt !== null && session.reauthenticatedAt.getTime() > since
}

/** @throws AppError `reauthentication_required` where the session is too weak for what it is about to do */
export function requireStrong(session: CurrentSession, now: Date): void {
  if (!isStrong(session, now)) throw new AppError('reauthentication_required')
}

/**
 * For moves that end other sessions: one that was itself ended a moment ago must not.
 * @throws AppError `sign_in_required`
 */
export async function requireLive(tx: Transaction, session: CurrentSession, now: Date): Promise<void> {
  const live = await tx.session.count({ where: { id: session.id, ...liveAt(now) } })
  if (live === 0) throw new AppError('sign_in_required')
}

export type EndReason = 'signed_out' | 'revoked' | 'password_changed' | 'disabled'

/**
 * Ends sessions with all that hangs on them: first their own rows, then derived descendants, then the login requests
 * that any of them has in hand.
 * @returns how many sessions ended
 */
export async function endSessions(
  tx: Transaction,
  ids: string[],
  reason: EndReason,
  now: Date,
): Promise<number> {
  const ended: string[] = []
  let generation = { id: { in: ids } } as object
  for (;;) {
    const rows = await tx.session.updateManyAndReturn({
      where: { ...generation, endedAt: null },
      data: { endedAt: now, endReason: reason },
      select: { id: true },
    })
    if (rows.length === 0) break
    ended.push(...rows.map((row) => row.id))
    generation = { parentId: { in: rows.map((row) => row.id) }, kind: 'derived' }
  }
  await endRequestsOf(tx, ended, now)
  return ended.length
}

/** Ends the login requests that sessions have scanned or approved and that are still open. */
export async function endRequestsOf(tx: Transaction, sessionIds: string[], now: Date): Promise<void> {
  const { from, to, reason } = MOVES.end_session
  const requests = await tx.loginRequest.updateManyAndReturn({
    where: { scanSessionId: { in: sessionIds }, state: { in: [...from] }, expiresAt: { gt: now } },
    data: { state: to, reason, revision: { increment: 1 }, userCodeHash: null, scanTokenHash: null },
  })
  for (const row of requests)
    await audit(tx, now, {
      type: 'login_rejected',
      userId: row.scanUserId,
      sessionId: row.scanSessionId,
      loginRequestId: row.id,
      detail: reason,
    })
}

/** Signs one's own session out. A token that is not live any more ends nothing, and that is fine. */
export function signOut(session: CurrentSession, now: Date, address: string | null): Promise<number> {
  return db().write(async (tx) => {
    const count = await endSessions(tx, [session.id], 'signed_out', now)
    await auditEnd(tx, session, session.id, 'signed_out', now, address)
    return count
  })
}

/**
 * Ends one session of the same account, with its descendants.
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
    const count = await endSessions(tx, [target.id], 'revoked', now)
    await auditEnd(tx, session, target.id, 'revoked', now, address)
    return count
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
    const count = await endOthers(tx, session, 'revoked', now)
    await audit(tx, now, {
      type: 'sessions_ended',
      userId: session.userId,
      sessionId: session.id,
      address,
      detail: 'revoked',
    })
    return count
  })
}

/** Ends all but this session. One that hung on another stands on its own from here: it is the one to keep. */
export async function endOthers(
  tx: Transaction,
  session: CurrentSession,
  reason: EndReason,
  now: Date,
): Promise<number> {
  await tx.session.updateMany({
    where: { id: session.id, kind: 'derived' },
    data: { kind: 'independent' },
  })
  const others = await tx.session.findMany({
    where: { userId: session.userId, endedAt: null, id: { not: session.id } },
    select: { id: true },
  })
  return endSessions(
    tx,
    others.map((row) => row.id),
    reason,
    now,
  )
}

async function auditEnd(
  tx: Transaction,
  by: CurrentSession,
  endedId: string,
  reason: EndReason,
  now: Date,
  address: string | null,
): Promise<void> {
  await audit(tx, now, {
    type: 'session_ended',
    userId: by.userId,
    sessionId: endedId,
    address,
    detail: reason,
  })
}

function liveSessions(tx: Pick<Transaction, 'session'>, userId: string, now: Date) {
  return tx.session.findMany({
    where: { userId, ...liveAt(now) },
    include: { device: true, parent: { include: { device: true } } },
    orderBy: [{ lastSeenAt: 'desc' }, { createdAt: 'desc' }],
  })
}

const deviceView = ({ name, kind, browser, system }: Device): DeviceView => ({
  name,
  kind: kind as DeviceKind,
  browser,
  system,
})

/** The live sessions of an account, as its owner sees them, latest activity first. */
export async function listSessions(session: CurrentSession, now: Date): Promise<SessionView[]> {
  const rows = await db().read((client) => liveSessions(client, session.userId, now))
  const listed = new Set(rows.map((row) => row.id))
  return rows.map((row) => ({
    id: row.id,
    current: row.id === session.id,
    method: row.method as Method,
    kind: row.kind as SessionView['kind'],
    parentId: row.kind === 'derived' && row.parentId && listed.has(row.parentId) ? row.parentId : null,
    approvedBy: row.parent && deviceView(row.parent.device),
    requestId: row.loginRequestId,
    device: deviceView(row.device),
    address: row.address,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: (row.lastSeenAt ?? row.createdAt).toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }))
}

/** The device that approved a session, or null. */
export async function approvingDevice(session: CurrentSession): Promise<DeviceView | null> {
  const { parentId } = session
  if (parentId === null) return null
  const parent = await db().read((client) =>
    client.session.findUnique({ where: { id: parentId }, include: { device: true } }),
  )
  return parent && deviceView(parent.device)
}

/**
 * Names the device of a session; an empty name takes the name away.
 * @throws AppError `not_found`
 */
export function renameDevice(
  session: CurrentSession,
  targetId: string,
  name: string,
  now: Date,
): Promise<void> {
  return db().write(async (tx) => {
    const renamed = await tx.device.updateMany({
      where: { userId: session.userId, sessions: { some: { id: targetId, ...liveAt(now) } } },
      data: { name: name || null },
    })
    if (renamed.count === 0) throw new AppError('not_found')
    await audit(tx, now, { type: 'device_renamed', userId: session.userId, sessionId: targetId })
  })
}
