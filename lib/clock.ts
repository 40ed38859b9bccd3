/** The time by the database's clock: servers that share a database must agree on what is over. */
import { db } from './db'
import { settings } from './env'
import { log } from './log'
import { sql } from './sql'

const EVERY_MS = 60_000
/** More than this is worth telling the operator. */
const WORTH_TELLING_MS = 2_000

const CLOCK = Symbol.for('qr-login.clock')
const shared = globalThis as { [CLOCK]?: number }

/** Now, as this process would have it if its clock were the database's. */
export const clock = (): Date => new Date(Date.now() + (shared[CLOCK] ?? 0))

/** Asks the database, and keeps by how much this machine's clock is off. A SQLite file has no clock of its own. */
export async function setClock(): Promise<void> {
  if (settings().database.engine === 'sqlite') return
  const asked = Date.now()
  const [row] = await db().query((client) =>
    client.$queryRaw<[{ at: Date }]>(sql`SELECT clock_timestamp()::timestamp AS "at"`),
  )
  // Half of the way there and back lies between its answer and now.
  const offset = Math.round(row.at.getTime() - (asked + Date.now()) / 2)
  if (Math.abs(offset - (shared[CLOCK] ?? 0)) > WORTH_TELLING_MS)
    log().warn({ offset }, 'this machine’s clock differs from the database’s: the database’s is used')
  shared[CLOCK] = offset
}

/**
 * Keeps the clock set.
 * @returns stops that
 */
export function keepClock(): () => void {
  const timer = setInterval(() => void setClock().catch(() => {}), EVERY_MS).unref()
  return () => clearInterval(timer)
}
