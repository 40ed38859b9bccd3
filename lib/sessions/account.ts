/**
 * The lock on an account's row. Everything that makes, strengthens or ends sessions of an account takes it first and asks
 * for the `LockedAccount` in its signature. Such changes come one after the other, and each sees all of the one before.
 * See docs/decisions/one-lock-per-account.md.
 */
import { AppError } from '../errors'
import type { Session, User } from '../generated/prisma/client'
import { forNoKeyUpdate, sql, type Runner } from '../sql'

declare const locked: unique symbol

/** An account whose row this transaction has locked, as the row is. Only the functions of this file make one. */
export interface LockedAccount {
  readonly tx: Runner
  readonly user: User
  readonly [locked]: true
}

/** A live session, and its account. */
export interface LiveSession {
  readonly account: LockedAccount
  readonly id: string
  readonly expiresAt: Date
}

const toLocked = (tx: Runner, user: User): LockedAccount => ({ tx, user }) as LockedAccount

/** Locks an account; null where there is none. */
export async function lockAccount(
  tx: Runner,
  which: { id: string } | { email: string },
): Promise<LockedAccount | null> {
  const where = 'id' in which ? sql`"id" = ${which.id}` : sql`"email" = ${which.email}`
  const [user] = await tx.$queryRaw<User[]>(
    sql`SELECT * FROM "User" WHERE ${where} ${forNoKeyUpdate('User')}`,
  )
  return user ? toLocked(tx, user) : null
}

/**
 * Locks the account of a session; null where the session is not live. The session's row is locked as well: PostgreSQL
 * looks again at what it waited for, but only at rows that the statement locks.
 */
export async function lockLive(tx: Runner, sessionId: string, now: Date): Promise<LiveSession | null> {
  const [row] = await tx.$queryRaw<(User & { sessionExpiresAt: Session['expiresAt'] })[]>(sql`
    SELECT "User".*, "Session"."expiresAt" AS "sessionExpiresAt"
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
