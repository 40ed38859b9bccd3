/**
 * Login requests as rows: a move is one conditional update whose `where` holds the id, the states that allow the move,
 * the binding of who may make it, and the time. The audit entry is in the same transaction; those who wait hear of it
 * after the commit.
 */
import { audit, auditAll, datedAll, type AuditEntry } from '../../audit'
import { db } from '../../db'
import { isUniqueViolation } from '../../db/errors'
import type { LoginRequest } from '../../generated/prisma/client'
import { removeOld } from '../../parts'
import * as oneTimeCode from '../../proofs/one-time-code'
import { lockLive, requireLive, type LockedAccount } from '../../sessions/account'
import { among, assign, insertInto, limit, matches, sql, type Condition, type Runner } from '../../sql'
import { announce, changesOf, rejectionOf } from '../move'
import { MAX_REFUSALS, refusedSince, signalColumns, type ScanRow } from '../signals'
import { MOVES, type Move } from '../state'
import type { Binding, Consuming, NewRequest, RequestStore, Shown, Telling, Tried } from '../store'

const KEPT_MS = 86_400_000

/** Makes a move for every row that `where` holds: the rows as they are after it. */
async function moveAll(
  tx: Runner,
  name: Move,
  where: Condition<'LoginRequest'>,
  data: Partial<LoginRequest>,
  now: Date,
): Promise<LoginRequest[]> {
  const rows = await tx.$queryRaw<LoginRequest[]>(sql`
    UPDATE "LoginRequest" SET ${assign<'LoginRequest'>(changesOf(name, data))}, "revision" = "revision" + 1
    WHERE ${matches<'LoginRequest'>({ ...where, state: MOVES[name].from })} AND "expiresAt" > ${now}
    RETURNING *`)
  for (const row of rows) db().afterCommit(tx, () => announce(row))
  return rows
}

/** Ends every row that `where` holds, with the audit entries of that. */
async function endAll(
  tx: Runner,
  name: Move,
  where: Condition<'LoginRequest'>,
  address: string | null,
  now: Date,
): Promise<void> {
  const ended = await moveAll(tx, name, where, {}, now)
  const entries = ended.map((row) => rejectionOf(row, address))
  await auditAll(tx, datedAll(now, entries))
}

/** Counts a try at the one-time code, and only then compares; the last wrong one ends the request. Null where none is left. */
async function takeTry(
  tx: Runner,
  row: LoginRequest,
  typed: string,
  address: string | null,
  now: Date,
): Promise<Tried | null> {
  const own = matches<'LoginRequest'>({
    id: row.id,
    desktopSecretHash: row.desktopSecretHash,
    state: 'confirmed',
  })
  const [counted] = await tx.$queryRaw<Pick<LoginRequest, 'codeHash' | 'codeTries'>[]>(sql`
    UPDATE "LoginRequest" SET "codeTries" = "codeTries" + 1
    WHERE ${own} AND "codeTries" < ${oneTimeCode.TRIES} AND "expiresAt" > ${now}
    RETURNING "codeHash", "codeTries"`)
  if (!counted) return null
  const isRight = oneTimeCode.check(row.id, counted.codeHash, typed)
  const triesLeft = oneTimeCode.TRIES - counted.codeTries
  if (!isRight && triesLeft === 0) await endAll(tx, 'proof_tries', { id: row.id }, address, now)
  return { isRight, triesLeft }
}

export class DatabaseStore implements RequestStore {
  readonly mayForget = false

  async add(request: NewRequest, entry: AuditEntry, now: Date): Promise<LoginRequest | null> {
    try {
      return await db().move(async (tx) => {
        const insert = insertInto('LoginRequest', request)
        const [row] = await tx.$queryRaw<[LoginRequest]>(sql`${insert} RETURNING *`)
        await audit(tx, now, entry)
        return row
      })
    } catch (error) {
      if (isUniqueViolation(error)) return null
      throw error
    }
  }

  find(ids: readonly string[], tx?: Runner): Promise<LoginRequest[]> {
    const select = sql`SELECT * FROM "LoginRequest" WHERE "id" ${among(ids)}`
    const ask = (client: Runner) => client.$queryRaw<LoginRequest[]>(select)
    return tx ? ask(tx) : db().query(ask)
  }

  async findAsScanner(shown: Shown, userId: string, now: Date): Promise<ScanRow | null> {
    const select = sql`
      SELECT "LoginRequest".*, ${signalColumns(userId, now)},
        (SELECT count(*) FROM (SELECT 1 FROM "LoginRequest" AS "earlier"
          WHERE "earlier"."browserId" = "LoginRequest"."browserId" AND "earlier"."scanUserId" = ${userId}
            AND "earlier"."reason" = 'not_me' AND "earlier"."scannedAt" > ${refusedSince(now)}
          ${limit(MAX_REFUSALS)}) AS "lately") AS "refusals"
      FROM "LoginRequest" WHERE ${matches<'LoginRequest'>(shown)}`
    const [row] = await db().query((client) => client.$queryRaw<ScanRow[]>(select))
    return row ?? null
  }

  move(
    name: Move,
    binding: Binding,
    data: Partial<LoginRequest>,
    { entries, also }: Telling,
    now: Date,
  ): Promise<LoginRequest | null> {
    return db().move(async (tx) => {
      const account = also && (await requireLive(tx, also.by, now))
      const [row] = await moveAll(tx, name, binding, data, now)
      if (!row) return null
      await auditAll(tx, datedAll(now, entries(row)))
      if (account) await also.change(account, row)
      return row
    })
  }

  endOf({ tx }: LockedAccount, sessionIds: string[], now: Date): Promise<void> {
    return endAll(tx, 'end_session', { scanSessionId: sessionIds }, null, now)
  }

  present(row: LoginRequest, entry: AuditEntry & { userId: string }, now: Date): Promise<number> {
    return db().move(async (tx) => {
      await audit(tx, now, entry)
      const [first] = await tx.$queryRaw<Pick<LoginRequest, 'presentedBy'>[]>(sql`
        UPDATE "LoginRequest" SET "presentedBy" = coalesce("presentedBy", ${entry.userId})
        WHERE "id" = ${row.id} RETURNING "presentedBy"`)
      return first?.presentedBy === entry.userId ? 1 : 2
    })
  }

  consume<T extends object>(
    row: LoginRequest,
    typed: string | undefined,
    address: string | null,
    make: (consuming: Consuming) => Promise<T | null>,
    now: Date,
  ): Promise<T | Tried | null> {
    // In one transaction, so that tries which come behind the right one can't end what it opens.
    const { id, desktopSecretHash, scanSessionId } = row
    return db().move(async (tx) => {
      const approver = await lockLive(tx, scanSessionId ?? '', now)
      if (!approver) {
        await endAll(tx, 'end_session', { id, scanSessionId }, address, now)
        return null
      }
      const tried = typed === undefined ? undefined : await takeTry(tx, row, typed, address, now)
      if (tried === null || tried?.isRight === false) return tried
      const take = async () => {
        const binding = { id, desktopSecretHash, scanSessionId }
        const [taken] = await moveAll(tx, 'consume', binding, { consumedAt: now }, now)
        return taken ?? null
      }
      return make({ approver, take })
    })
  }

  sweep(now: Date): Promise<number> {
    return removeOld('LoginRequest', { by: 'expiresAt', before: new Date(now.getTime() - KEPT_MS) })
  }
}
