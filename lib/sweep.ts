/** Removes what is long over. Nothing depends on it but the size of the database. */
import { db } from './db'
import { settings } from './env'
import { giveUpUnconfirmed, removeGivenUp } from './given-up'
import { requests } from './login/requests'
import { removeOld, ROWS_PER_PART } from './parts'
import { forUpdate, limit, matches, skipLocked, sql, type Runner } from './sql'

const DAY_MS = 86_400_000
/** Sessions since they ran out, and notices. */
const HISTORY_DAYS = 180

/** @returns how many rows went, by kind */
export async function sweep(
  now: Date,
): Promise<{ requests: number; accounts: number; sessions: number; events: number }> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const gone = await requests().sweep(now)
  await giveUpUnconfirmed(now)
  const accounts = await removeGivenUp()
  // Before their sessions, which would take them along.
  await removeOld('Notice', { by: 'createdAt', before: before(HISTORY_DAYS) })
  const sessions = await removeOld('Session', {
    by: 'expiresAt',
    before: before(HISTORY_DAYS),
    also: (tx, rows) => removeUnused(tx, [...new Set(rows.map(({ deviceId }) => deviceId))]),
  })
  await removeOld('Block', { by: 'expiresAt', before: now })
  const events = await removeEvents(before(settings().auditDays))
  return { requests: gone, accounts, sessions, events }
}

/**
 * Removes audit entries in parts, in the order of their ids. That is about the order of their times, which have no index
 * of their own: one more would cost each sign-in more than it saves here.
 */
async function removeEvents(before: Date): Promise<number> {
  for (let start = 0, removed = 0; ;) {
    const part = await db().move((tx) =>
      tx.$queryRaw<{ id: number }[]>(sql`
        WITH "part" AS MATERIALIZED (
          SELECT "id", "at" FROM "AuditEvent" WHERE "id" > ${start}
          ORDER BY "id" ${limit(ROWS_PER_PART)} ${skipLocked()})
        DELETE FROM "AuditEvent" WHERE "id" IN (SELECT "id" FROM "part" WHERE "at" < ${before})
        RETURNING "id"`),
    )
    if (part.length === 0) return removed
    removed += part.length
    start = Math.max(...part.map(({ id }) => id))
  }
}

/** Removes those of these devices that have no session left. */
async function removeUnused(tx: Runner, deviceIds: string[]): Promise<void> {
  const those = matches<'Device'>({ id: deviceIds })
  // A sign-in that has one of them in hand comes first: its session would go with the device.
  await tx.$queryRaw(sql`SELECT "id" FROM "Device" WHERE ${those} ORDER BY "id" ${forUpdate()}`)
  await tx.$queryRaw(sql`
    DELETE FROM "Device" WHERE ${those} AND NOT EXISTS (
      SELECT 1 FROM "Session" WHERE "Session"."deviceId" = "Device"."id")`)
}
