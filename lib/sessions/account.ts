/**
 * The lock on an account's row. Everything that makes, strengthens or ends sessions of an account takes it first and asks
 * for the `LockedAccount` in its signature. Such changes come one after the other, and each sees all of the one before.
 * See docs/decisions/one-lock-per-account.md.
 */
import { AppError } from '../errors'
import type { Session, User } from '../generated/prisma/client'
import { forNoKeyUpdate, limit, sql, type Runner, type Statement } from '../sql'

/** How many live sessions an account holds at most. */
export const MAX_SESSIONS = 100

declare const locked: unique symbol

/** An account whose row this transaction has locked, as the row is. Only the functions of this file make one. */
export interface LockedAccount {
  readonly tx: Runner
  readonly user: User
  /** True where it may soon hold more sessions than it may. As of before the wait for the lock. */
  readonly isCrowded: boolean
  readonly [locked]: true
}

/** A live session, and its account. */
export interface LiveSession {
  readonly account: LockedAccount
  readonly id: string
  readonly expiresAt: Date
}

/** With so many sessions it is looked whether there are too many. Those that others make at the same time come on top. */
const CROWD = MAX_SESSIONS / 2

interface LockedRow extends User {
  isCrowded: boolean | number
}

const lockedColumns = (now: Date): Statement => sql`
  "User".*, EXISTS (
    SELECT 1 FROM "Session" AS "other"
    WHERE "other"."userId" = "User"."id" AND "other"."endedAt" IS NULL AND "other"."expiresAt" > ${now}
    ${limit(1, { skip: CROWD - 1 })}) AS "isCrowded"`

const toLocked = (tx: Runner, { isCrowded, ...user }: LockedRow): LockedAccount =>
  ({ tx, user, isCrowded: Boolean(isCrowded) }) as LockedAccount

/** Locks an account; null where there is none. */
export async function lockAccount(
  tx: Runner,
  which: { id: string } | { email: string },
  now: Date,
): Promise<LockedAccount | null> {
  const where = 'id' in which ? sql`"id" = ${which.id}` : sql`"email" = ${which.email}`
  const [row] = await tx.$queryRaw<LockedRow[]>(sql`
    SELECT ${lockedColumns(now)} FROM "User" WHERE ${where} ${forNoKeyUpdate('User')}`)
  return row ? toLocked(tx, row) : null
}

/**
 * Locks the account of a session; null where the session is not live. The session's row is locked as well: PostgreSQL
 * looks again at what it waited for, but only at rows that the statement locks.
 */
export async function lockLive(tx: Runner, sessionId: string, now: Date): Promise<LiveSession | null> {
  const [row] = await tx.$queryRaw<(LockedRow & { sessionExpiresAt: Session['expiresAt'] })[]>(sql`
    SELECT ${lockedColumns(now)}, "Session"."expiresAt" AS "sessionExpiresAt"
    FROM "User" JOIN "Session" ON "Session"."userId" = "User"."id"
    WHERE "Session"."id" = ${sessionId} AND "Session"."endedAt" IS NULL AND "Session"."expiresAt" > ${now}
      AND "User"."disabledAt" IS NULL
    ${forNoKeyUpdate('User', 'Session')}`)
  if (!row) return null
  const { sessionExpiresAt: expiresAt, ...user } = row
  return { account: toLocked(tx, user), id: sessionId, expiresAt }
}

/**
 * Locks the account that a session acts for. A session that was ended a moment ago changes nothing.
 * @throws AppError `sign_in_required`
 */
export async function requireLive(
  tx: Runner,
  session: { readonly id: string },
  now: Date,
): Promise<LockedAccount> {
  const live = await lockLive(tx, session.id, now)
  if (!live) throw new AppError('sign_in_required')
  return live.account
}
