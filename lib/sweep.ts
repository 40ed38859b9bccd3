/** Removes what is long over. Nothing depends on it but the size of the database. */
import { db } from './db'
import { settings } from './env'
import { requests } from './login/requests'

const DAY_MS = 86_400_000
/** Sessions since they ended, and notices. */
const HISTORY_DAYS = 180

/** @returns how many rows went, by kind */
export async function sweep(now: Date): Promise<{ requests: number; sessions: number; events: number }> {
  const before = (days: number) => ({ lt: new Date(now.getTime() - days * DAY_MS) })
  const gone = await requests().sweep(now)
  const sessions = await db().write(async (tx) => {
    const ended = await tx.session.deleteMany({
      where: { OR: [{ endedAt: before(HISTORY_DAYS) }, { expiresAt: before(HISTORY_DAYS) }] },
    })
    await tx.device.deleteMany({ where: { createdAt: before(HISTORY_DAYS), sessions: { none: {} } } })
    return ended
  })
  await db().write(async (tx) => {
    await tx.notice.deleteMany({ where: { createdAt: before(HISTORY_DAYS) } })
    await tx.block.deleteMany({ where: { expiresAt: { lt: now } } })
  })
  const { auditDays } = settings()
  const events = await db().write((tx) => tx.auditEvent.deleteMany({ where: { at: before(auditDays) } }))
  return { requests: gone, sessions: sessions.count, events: events.count }
}
