/** What happened to login requests that Redis keeps, on its way to the audit log. */
import { auditAll, type AuditEntry, type Dated } from '../../audit'
import { db } from '../../db'
import type { LoginRequest } from '../../generated/prisma/client'
import { log } from '../../log'
import { matches, sql } from '../../sql'
import { keys, KEPT_MS } from './redis-keys'
import { askRedis } from './redis-scripts'

/** Whoever ends a request writes its history; after this, somebody else does. */
const LEFT_BEHIND_MS = 60_000
const SWEEP_AT_ONCE = 100

/** Says what is left for the sweep, or for whoever reads the request next. */
export function warn(cause: unknown): void {
  log().warn({ cause: String(cause) }, 'Redis will be told later')
}

/** What is still to be written of a request, oldest first. */
export async function historyOf(id: string): Promise<Dated[]> {
  const lines = await askRedis((client) => client.lrange(keys.history(id), 0, -1))
  return lines.map((line) => {
    const { at, entry } = JSON.parse(line) as { at: string; entry: AuditEntry }
    return { at: new Date(at), entry }
  })
}

/** The history of a request that is over goes to the audit log; what fails now, the sweep does. */
export async function writeHistory(id: string): Promise<void> {
  try {
    // One writer at a time.
    const isFirst = await askRedis((client) => client.set(keys.writer(id), '1', 'PX', LEFT_BEHIND_MS, 'NX'))
    if (isFirst === null) return
    await insert(id, await historyOf(id))
    await forget(id)
  } catch (error) {
    warn(error)
  }
}

/** A writer before this one may have stopped before it could say so: then it is there already. */
async function insert(id: string, history: Dated[]): Promise<void> {
  const [first] = history
  if (!first) return
  await db().move(async (tx) => {
    const [written] = await tx.$queryRaw<object[]>(sql`
      SELECT "id" FROM "AuditEvent"
      WHERE ${matches<'AuditEvent'>({ userId: first.entry.userId ?? null, type: first.entry.type, at: first.at })}
        AND "loginRequestId" = ${id} LIMIT 1`)
    if (!written) await auditAll(tx, history)
  })
}

/** Lets go of a history that is in the log. */
export async function forget(id: string): Promise<void> {
  await askRedis((client) =>
    client
      .pipeline()
      .zrem(keys.unwritten, id)
      .del(keys.history(id), keys.presented(id))
      .pexpire(keys.request(id), KEPT_MS)
      .exec(),
  )
}

type Read = (id: string) => Promise<LoginRequest | null>

/**
 * Writes what nobody wrote: of requests that ran out, and of servers that stopped in the middle.
 * @returns how many requests
 */
export async function sweepHistories(read: Read, now: Date): Promise<number> {
  const due = now.getTime() - LEFT_BEHIND_MS
  for (let swept = 0; ;) {
    const ids = await askRedis((client) =>
      client.zrangebyscore(keys.unwritten, '-inf', due, 'LIMIT', 0, SWEEP_AT_ONCE),
    )
    await putOff(ids, now)
    for (const id of ids) await sweepOne(id, read).catch(warn)
    swept += ids.length
    if (ids.length < SWEEP_AT_ONCE) return swept
  }
}

/** So that other servers take others, and what fails keeps nobody up. */
async function putOff(ids: string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  const scores = ids.flatMap((id) => [now.getTime(), id])
  await askRedis((client) => client.zadd(keys.unwritten, 'XX', ...scores))
}

async function sweepOne(id: string, read: Read): Promise<void> {
  const row = await read(id)
  if (!row) log().warn({ event: 'history_lost', loginRequestId: id }, 'a history was not written in time')
  // What is read is settled; a consumed one's history is in the log already.
  if (!row || row.state === 'consumed') await forget(id)
  else await writeHistory(id)
}
