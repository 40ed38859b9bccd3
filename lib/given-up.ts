/**
 * Accounts that are given up: the owner of their address claimed it, or nobody ever confirmed it. Giving one up ends it
 * at once and frees its address, however much it has gathered. The sweep removes the rest in bounded parts.
 */
import { audit, auditAll, datedAll, type AuditEntry } from './audit'
import { db } from './db'
import { settings } from './env'
import { removeAll } from './parts'
import type { LockedAccount } from './sessions/account'
import { endSessions } from './sessions/end'
import { assign, limit, matches, skipLocked, sql, type Runner, type Statement } from './sql'

const DAY_MS = 86_400_000
/** For how long an account whose address nobody confirmed is kept without a session. */
const UNCONFIRMED_DAYS = 7
/** How many accounts the sweep takes at once. Each of them may have many sessions. */
const ACCOUNTS_PER_PART = 100

const daysFrom = (now: Date, days: number) => new Date(now.getTime() + days * DAY_MS)

/** When the sweep first looks at an account that somebody signs up for. Without a mail server nobody can confirm it. */
export const confirmBy = (now: Date): Date | null =>
  settings().smtpUrl === undefined ? null : daysFrom(now, UNCONFIRMED_DAYS)

/** What every account that is given up becomes. Its id takes the place of its address, which another may have now. */
const givenUp = (now: Date): Statement =>
  sql`"email" = "id", ${assign<'User'>({ disabledAt: now, givenUpAt: now, confirmBy: null })}`

/** Gives an account up for the owner of its address; all sessions end. */
export async function giveUp(account: LockedAccount, now: Date, address: string | null): Promise<void> {
  const { tx, user } = account
  await tx.$queryRaw(sql`UPDATE "User" SET ${givenUp(now)} WHERE "id" = ${user.id}`)
  await endSessions(account, (open) => open, 'claimed', now, address)
  await audit(tx, now, { type: 'account_given_up', userId: user.id, address, detail: 'claimed' })
}

interface Due {
  id: string
  confirmBy: Date
}

/**
 * Gives up the accounts whose address nobody confirmed, and in which nobody was signed in for a week.
 * @returns how many
 */
export async function giveUpUnconfirmed(now: Date): Promise<number> {
  if (settings().smtpUrl === undefined) return 0
  // PostgreSQL keeps changed rows in its index for a while: no part looks at those of the parts before it.
  let start = new Date(0)
  for (let count = 0; ;) {
    const { due, unused } = await db().move(async (tx) => {
      // Locked before the sessions are looked at, so that no sign-in is on its way.
      const due = await tx.$queryRaw<Due[]>(sql`
        SELECT "id", "confirmBy" FROM "User" WHERE "confirmBy" >= ${start} AND "confirmBy" <= ${now}
        ORDER BY "confirmBy" ${limit(ACCOUNTS_PER_PART)} ${skipLocked()}`)
      const ids = due.map(({ id }) => id)
      return { due, unused: await giveUpUnused(tx, ids, now) }
    })
    count += unused
    if (due.length < ACCOUNTS_PER_PART) return count
    start = new Date(Math.max(...due.map((row) => Number(row.confirmBy))))
  }
}

/** Gives up those of these accounts that had no session for a week. The others are looked at again a day later. */
async function giveUpUnused(tx: Runner, ids: string[], now: Date): Promise<number> {
  const those = matches<'User'>({ id: ids })
  const unused = await tx.$queryRaw<{ id: string }[]>(sql`
    UPDATE "User" SET ${givenUp(now)} WHERE ${those} AND NOT EXISTS (
      SELECT 1 FROM "Session" WHERE "Session"."userId" = "User"."id"
      AND COALESCE("Session"."endedAt", "Session"."expiresAt") > ${daysFrom(now, -UNCONFIRMED_DAYS)})
    RETURNING "id"`)
  await tx.$queryRaw(sql`
    UPDATE "User" SET "confirmBy" = ${daysFrom(now, 1)} WHERE ${those} AND "confirmBy" IS NOT NULL`)
  const told = unused.map(({ id }): AuditEntry => {
    return { type: 'account_given_up', userId: id, detail: 'unconfirmed' }
  })
  await auditAll(tx, datedAll(now, told))
  return unused.length
}

/**
 * Removes the accounts that were given up, with all that is theirs but the record of what happened.
 * @returns how many
 */
export async function removeGivenUp(): Promise<number> {
  for (let count = 0; ;) {
    const accounts = await db().query((client) =>
      client.$queryRaw<{ id: string }[]>(sql`
        SELECT "id" FROM "User" WHERE "givenUpAt" IS NOT NULL ORDER BY "givenUpAt" ${limit(ACCOUNTS_PER_PART)}`),
    )
    const ids = accounts.map(({ id }) => id)
    // Sessions and devices would take the others along, but all in one statement.
    for (const table of ['Notice', 'Session', 'Device', 'Block'] as const)
      await removeAll(table, matches<typeof table>({ userId: ids }))
    const removed = await removeAll('User', matches<'User'>({ id: ids }))
    count += removed
    // Where none went, another server has them in hand.
    if (removed === 0 || accounts.length < ACCOUNTS_PER_PART) return count
  }
}
