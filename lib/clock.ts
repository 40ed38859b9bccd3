/** The time by the database's clock, or Redis's: servers that share one must agree on what is over. */
import { db } from './db'
import { settings } from './env'
import { log } from './log'
import { answeredByRedis } from './redis'
import { sql } from './sql'

const EVERY_MS = 60_000
/** An answer that took longer tells too little: it may have waited for a connection. */
const WITHIN_MS = 200
/** More than this is worth telling the operator. */
const WORTH_TELLING_MS = 2_000

const CLOCK = Symbol.for('qr-login.clock')
const shared = globalThis as { [CLOCK]?: number }

/** Now, as this process would have it if its clock were the database's. */
export const clock = (): Date => new Date(Date.now() + (shared[CLOCK] ?? 0))

/**
 * Asks whoever decides when login requests are over, and keeps by how much this machine's clock is off. A SQLite file has
 * no clock of its own.
 */
export async function setClock(): Promise<void> {
  const { database, redisUrl } = settings()
  if (database.engine === 'sqlite') return
  const ask = redisUrl === undefined ? databaseTime : redisTime
  // The first may have waited for a connection: the quickest answer is the truest.
  const samples = [await sample(ask), await sample(ask), await sample(ask)]
  const { offset, took } = samples.reduce((best, one) => (one.took < best.took ? one : best))
  if (took > WITHIN_MS && shared[CLOCK] !== undefined) return
  if (Math.abs(offset - (shared[CLOCK] ?? 0)) > WORTH_TELLING_MS)
    log().warn({ offset }, 'this machine’s clock differs from the shared one, which is used')
  shared[CLOCK] = offset
}

async function sample(ask: () => Promise<number>): Promise<{ offset: number; took: number }> {
  const asked = Date.now()
  const told = await ask()
  const took = Date.now() - asked
  // Half of the way there and back lies between its answer and now.
  return { offset: Math.round(told - (asked + took / 2)), took }
}

async function databaseTime(): Promise<number> {
  const [row] = await db().query((client) =>
    client.$queryRaw<[{ at: Date }]>(sql`SELECT clock_timestamp()::timestamp AS "at"`),
  )
  return row.at.getTime()
}

async function redisTime(): Promise<number> {
  const [seconds, microseconds] = await answeredByRedis((client) => client.time())
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

/**
 * Keeps the clock set.
 * @returns stops that
 */
export function keepClock(): () => void {
  const timer = setInterval(() => void setClock().catch(() => {}), EVERY_MS).unref()
  return () => clearInterval(timer)
}
