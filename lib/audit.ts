/**
 * What happened, for the person and the operator. Nothing is taken away or changed but for counts, and each entry is
 * written in the transaction that it tells of.
 */
import type { LockedAccount } from './sessions/account'
import { among, insertAll, insertInto, matches, moment, send, sql, type Runner } from './sql'
import type { Agent } from './user-agent'

export type AuditType =
  | 'account_created'
  | 'account_claimed'
  | 'account_given_up'
  | 'account_disabled'
  | 'account_enabled'
  | 'login_opened'
  | 'login_scanned'
  | 'login_confirmed'
  | 'login_rejected'
  | 'login_refused'
  | 'login_blocked'
  | 'login_presented'
  | 'login_reported'
  | 'sign_in_failed'
  | 'session_created'
  | 'session_ended'
  | 'session_reported'
  | 'session_wrong_device'
  | 'reauthenticated'
  | 'password_failed'
  | 'password_changed'
  | 'password_forgotten'
  | 'email_confirmed'
  | 'sign_up_repeated'
  | 'profile_changed'
  | 'device_renamed'

export interface AuditEntry {
  type: AuditType
  userId?: string | null
  sessionId?: string | null
  loginRequestId?: string | null
  address?: string | null
  /** A few plain words, like a reason or a method; never a secret, never free text of a client's. */
  detail?: string | null
  /** The device that it is about, where that is not the session's own. */
  device?: Agent | null
}

const row = (at: Date, entry: AuditEntry) => ({
  at,
  type: entry.type,
  userId: entry.userId ?? null,
  sessionId: entry.sessionId ?? null,
  loginRequestId: entry.loginRequestId ?? null,
  address: entry.address ?? null,
  detail: entry.detail ?? null,
  deviceKind: entry.device?.kind ?? null,
  deviceBrowser: entry.device?.browser ?? null,
  deviceSystem: entry.device?.system ?? null,
})

/** Writes one entry. */
export async function audit(tx: Runner, now: Date, entry: AuditEntry): Promise<void> {
  await send(tx, insertInto('AuditEvent', row(now, entry)))
}

/** How long an entry counts what is the same. */
const SAME_SECONDS = 15 * 60

/**
 * Writes one entry of what anybody may bring about again and again. Where there is one that says the same, and is not
 * older than 15 minutes, that one is counted up instead: an account under attack does not fill the log.
 * @param account whose it is, locked: of those who come at once, each sees the entry of the one before
 */
export async function auditCounted(
  tx: Runner,
  account: LockedAccount | null,
  now: Date,
  entry: Omit<AuditEntry, 'userId'>,
): Promise<void> {
  const whole = { ...entry, userId: account?.user.id ?? null }
  const { at, ...same } = row(now, whole)
  const since = new Date(at.getTime() - SAME_SECONDS * 1000)
  const [counted] = await tx.$queryRaw<{ id: unknown }[]>(sql`
    UPDATE "AuditEvent" SET "count" = "count" + 1 WHERE "id" = (
      SELECT "id" FROM "AuditEvent" WHERE ${matches<'AuditEvent'>(same)} AND "at" > ${since}
      ORDER BY "at" DESC LIMIT 1)
    RETURNING "id"`)
  if (!counted) await audit(tx, now, whole)
}

/** An entry, and when it happened. */
export interface Dated {
  at: Date
  entry: AuditEntry
}

/** What happened at one moment. */
export const datedAll = (at: Date, entries: AuditEntry[]): Dated[] => entries.map((entry) => ({ at, entry }))

/** Entries that one statement writes at most. */
const AT_ONCE = 50

/** Writes several entries. */
export async function auditAll(tx: Runner, entries: Dated[]): Promise<void> {
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const part = entries.slice(start, start + AT_ONCE)
    const [first, ...others] = part.map(({ at, entry }) => row(at, entry))
    if (first) await send(tx, insertAll('AuditEvent', [first, ...others]))
  }
}

/** Writes the same entry about each of these sessions, in one statement. */
export async function auditSessions(
  tx: Runner,
  now: Date,
  ids: readonly string[],
  { type, address, detail }: Pick<AuditEntry, 'type' | 'address' | 'detail'>,
): Promise<void> {
  const insert = sql`
    INSERT INTO "AuditEvent" ("at", "type", "userId", "sessionId", "address", "detail")
    SELECT ${moment(now)}, ${type}, "userId", "id", ${address ?? null}, ${detail ?? null}
    FROM "Session" WHERE "id" ${among(ids)}`
  await send(tx, insert)
}
