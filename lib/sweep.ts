/** Removes what is long over. Nothing depends on it but the size of the database. */
import { settings } from './env'
import { requests } from './login/requests'
import { removeOld } from './parts'
import { forUpdate, matches, sql, type Runner } from './sql'

const DAY_MS = 86_400_000
/** Sessions since they ran out, and notices. */
const HISTORY_DAYS = 180

/** @returns how many rows went, by kind */
export async function sweep(now: Date): Promise<{ requests: number; sessions: number; events: number }> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const gone = await requests().sweep(now)
  // Before their sessions, which would take them along.
  await removeOld('Notice', { by: 'createdAt', before: before(HISTORY_DAYS) })
  const sessions = await removeOld('Session', {
    by: 'expiresAt',
    before: before(HISTORY_DAYS),
    also: (tx, rows) => removeUnused(tx, [...new Set(rows.map(({ deviceId }) => deviceId))]),
  })
  await removeOld('Block', { by: 'expiresAt', before: now })
  const events = await removeOld('AuditEvent', { by: 'at', before: before(settings().auditDays) })
  return { requests: gone, sessions, events }
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
