/**
 * How a login request moves: one conditional update whose `where` holds the id, the states that allow the move, the
 * binding of who may make it, and the time. Where no row changed, the refusal is explained afterwards. The audit entry
 * is in the same transaction; those who wait hear of it after the commit.
 */
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { AppError } from '../errors'
import { bus } from '../bus'
import type { LoginRequest } from '../generated/prisma/client'
import { metrics } from '../metrics'
import { assign, matches, sql, type Condition, type Runner } from '../sql'
import type { Agent } from '../user-agent'
import type { DeviceKind } from '../wire'
import { MOVES, refusal, statusAt, type Move } from './state'

/** What nobody needs of a request that is over. */
const SPENT = { userCodeHash: null, scanTokenHash: null, codeHash: null, number: null, numberChoices: null }

/** What a move asks of the row besides state and time. */
export type Binding = Condition<'LoginRequest'> & { id: string }

/** One conditional update: the row as it is after the move, or null where the move was not allowed. */
export async function move(
  tx: Runner,
  name: Move,
  binding: Binding,
  data: Partial<LoginRequest>,
  now: Date,
): Promise<LoginRequest | null> {
  const [row] = await moveAll(tx, name, binding, data, now)
  return row ?? null
}

/** The same for every row that `where` holds: the rows that moved. */
async function moveAll(
  tx: Runner,
  name: Move,
  where: Condition<'LoginRequest'>,
  data: Partial<LoginRequest>,
  now: Date,
): Promise<LoginRequest[]> {
  const rule = MOVES[name]
  const ends = rule.to === 'rejected' || rule.to === 'consumed'
  const columns = assign<'LoginRequest'>({
    state: rule.to,
    reason: 'reason' in rule ? rule.reason : null,
    ...(ends && SPENT),
    ...data,
  })
  const rows = await tx.$queryRaw<LoginRequest[]>(sql`
    UPDATE "LoginRequest" SET ${columns}, "revision" = "revision" + 1
    WHERE ${matches<'LoginRequest'>({ ...where, state: rule.from })} AND "expiresAt" > ${now}
    RETURNING *`)
  for (const { id, state, reason } of rows)
    db().afterCommit(tx, () => {
      bus().publish(id)
      metrics().moves.inc({ state, reason: reason ?? '' })
    })
  return rows
}

/** Ends the requests that sessions have scanned or approved and that are still open. */
export async function endRequestsOf(tx: Runner, sessionIds: string[], now: Date): Promise<void> {
  const where = { scanSessionId: sessionIds }
  for (const row of await moveAll(tx, 'end_session', where, {}, now)) await auditRejection(tx, row, null, now)
}

/** The error that says why `name` was refused. */
export function explain(row: LoginRequest | null, name: Move, now: Date): AppError {
  if (!row) return new AppError('not_found')
  const status = statusAt(row, now)
  return new AppError(refusal(status, name), { status, reason: row.reason ?? undefined })
}

/** The row of a request, or null. */
export async function findRequest(id: string): Promise<LoginRequest | null> {
  const select = sql`SELECT * FROM "LoginRequest" WHERE "id" = ${id}`
  const [row] = await db().query((client) => client.$queryRaw<LoginRequest[]>(select))
  return row ?? null
}

/** Makes a move that ends a request, and what belongs to it; null where it was not allowed. */
export function reject(
  name: Move,
  binding: Binding,
  caller: Caller,
  now: Date,
  also?: (tx: Runner, row: LoginRequest) => Promise<void> | undefined,
): Promise<LoginRequest | null> {
  return db().move(async (tx) => {
    const row = await move(tx, name, binding, {}, now)
    if (row) await auditRejection(tx, row, caller, now)
    if (row) await also?.(tx, row)
    return row
  })
}

/** The desktop that asks, as it calls itself. */
export const desktopOf = (row: LoginRequest): Agent => ({
  kind: row.desktopKind as DeviceKind,
  browser: row.desktopBrowser,
  system: row.desktopSystem,
})

/** The audit entry of a request that was ended. */
export async function auditRejection(
  tx: Runner,
  row: LoginRequest,
  caller: Caller | null,
  now: Date,
): Promise<void> {
  await audit(tx, now, {
    type: 'login_rejected',
    userId: row.scanUserId,
    sessionId: row.scanSessionId,
    loginRequestId: row.id,
    address: caller?.address,
    detail: row.reason,
    device: desktopOf(row),
  })
}
