/**
 * Login requests in Redis, which forgets them by itself: the key outlives the request, so that whoever comes late hears
 * `expired`. Redis's clock decides. A request's history waits beside it, and is written to the audit log by the
 * transaction that ends it. See docs/decisions/requests-in-redis.md.
 */
import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { auditAll, type AuditEntry, type Dated } from '../../audit'
import { clock } from '../../clock'
import { db } from '../../db'
import { isAppError } from '../../errors'
import { isUniqueViolation } from '../../db/errors'
import type { LoginRequest } from '../../generated/prisma/client'
import { log } from '../../log'
import * as oneTimeCode from '../../proofs/one-time-code'
import { answeredByRedis } from '../../redis'
import { join, sql, type Runner, type Statement } from '../../sql'
import { announce, changesOf, rejectionOf } from '../move'
import { refusedSince, REFUSAL_SECONDS, signalColumns, type ScanRow, type Signalled } from '../signals'
import { MOVES, type Move } from '../state'
import type { Binding, Consuming, NewRequest, RequestStore, Shown, Telling, Tried } from '../store'
import { decode, encode, type Encoded, type Stored } from './redis-row'
import { defineScripts } from './redis-scripts'

/** How long after its end a request still says what became of it. */
const KEPT_MS = 10 * 60_000
/** The same where its history is not written yet: the database may be away. */
const KEPT_UNWRITTEN_MS = 24 * 3_600_000
const LEASE_LOOK_MS = 25
/** Longer than a request is open after its scan. */
const OPEN_AT_MOST_MS = 10 * 60_000
/** Whoever ends a request writes its history; after this, somebody else does. */
const LEFT_BEHIND_MS = 60_000
const SWEEP_AT_ONCE = 100

const keys = {
  request: (id: string) => `qrlogin:request:${id}`,
  history: (id: string) => `qrlogin:history:${id}`,
  presented: (id: string) => `qrlogin:presented:${id}`,
  userCode: (hash: string) => `qrlogin:user-code:${hash}`,
  ofSession: (id: string) => `qrlogin:session:${id}`,
  refusals: (browserId: string, userId: string) => `qrlogin:refusals:${browserId}:${userId}`,
  writer: (id: string) => `qrlogin:writer:${id}`,
  /** Ids of requests whose history is to be written, by when they end at the latest. */
  unwritten: 'qrlogin:unwritten',
}

type Command = (string | number)[]

const DEFAULTS = { revision: 1, proofs: '', codeTries: 0 }

const matchesBinding = (row: LoginRequest, binding: Binding): boolean =>
  Object.entries(binding).every(([column, wanted]) => {
    const value = row[column as keyof LoginRequest]
    return Array.isArray(wanted) ? wanted.includes(value) : value === wanted
  })

const allowed = (row: LoginRequest, name: Move, binding: Binding): boolean =>
  (MOVES[name].from as readonly string[]).includes(row.state) && matchesBinding(row, binding)

const writing = (id: string, { fields, cleared }: Encoded): Command[] => [
  ...(fields.length > 0 ? [['HSET', keys.request(id), ...fields]] : []),
  ...(cleared.length > 0 ? [['HDEL', keys.request(id), ...cleared]] : []),
]

const noted = (id: string, at: Date, entries: AuditEntry[], keptMs = KEPT_UNWRITTEN_MS): Command[] => [
  ...entries.map((entry) => ['RPUSH', keys.history(id), JSON.stringify({ at, entry })]),
  ['PEXPIRE', keys.history(id), keptMs],
]

export class RedisStore implements RequestStore {
  readonly mayForget = true
  #client: Redis | undefined

  /** @param givenTime the caller's `now` decides instead of Redis's clock: for tests, whose time stands still */
  constructor(readonly givenTime = false) {}

  #ask<T>(run: (client: Redis) => Promise<T>): Promise<T> {
    return answeredByRedis((client) => {
      if (client !== this.#client) this.#client = defineScripts(client)
      return run(client)
    })
  }

  #given(now: Date): string {
    return this.givenTime ? String(now.getTime()) : ''
  }

  async add(request: NewRequest, entry: AuditEntry, now: Date): Promise<LoginRequest | null> {
    const { id, userCodeHash } = request
    const encoded = encode({ ...DEFAULTS, ...request }, now)
    const keptMs = (encoded.times.expiresAt ?? 0) + KEPT_MS
    const commands: Command[] = [
      ...writing(id, encoded),
      ['SET', keys.userCode(userCodeHash), id, 'PX', keptMs],
      ['PEXPIRE', keys.request(id), keptMs],
      ...noted(id, now, [entry], keptMs),
    ]
    const [times, all] = [JSON.stringify(encoded.times), JSON.stringify(commands)]
    const added = await this.#ask((client) =>
      client.qrloginAdd(keys.request(id), keys.userCode(userCodeHash), this.#given(now), times, all),
    )
    return added === 1 ? this.#read(id) : null
  }

  async find(ids: readonly string[], tx?: Runner): Promise<LoginRequest[]> {
    const rows = await this.#readAll(ids)
    // Settling locks a session, which that transaction may have locked.
    if (tx) return rows
    return Promise.all(rows.map((row) => (isLapsed(row) ? this.#settle(row) : row)))
  }

  async #readAll(ids: readonly string[]): Promise<Stored[]> {
    if (ids.length === 0) return []
    const hashes = await this.#ask(async (client) => {
      const pipeline = client.pipeline()
      for (const id of ids) pipeline.hgetall(keys.request(id))
      return orThrow(await pipeline.exec())
    })
    return hashes.flatMap((hash) => decode(hash as Record<string, string>) ?? [])
  }

  async #read(id: string): Promise<LoginRequest | null> {
    const [row] = await this.find([id])
    return row ?? null
  }

  async findAsScanner(shown: Shown, userId: string, now: Date): Promise<ScanRow | null> {
    const row = await this.#shown(shown)
    if (!row) return null
    const source = sql`
      SELECT ${text(row.desktopDeviceId)} AS "desktopDeviceId", ${text(row.desktopDeviceHash)} AS "desktopDeviceHash"`
    const select = sql`SELECT ${signalColumns(userId, now)} FROM (${source}) AS "LoginRequest"`
    const [[signals], refusals] = await Promise.all([
      db().query((client) => client.$queryRaw<[Signalled]>(select)),
      this.#ask((client) =>
        client.zcount(keys.refusals(row.browserId ?? '', userId), `(${refusedSince(now).getTime()}`, '+inf'),
      ),
    ])
    return { ...row, ...signals, refusals }
  }

  async #shown(shown: Shown): Promise<LoginRequest | null> {
    if ('id' in shown) return this.#read(shown.id)
    const ids = await this.#ask((client) => client.mget(shown.userCodeHash.map(keys.userCode)))
    const rows = await this.find(ids.filter((id) => id !== null))
    return (
      rows.find((row) => row.userCodeHash !== null && shown.userCodeHash.includes(row.userCodeHash)) ?? null
    )
  }

  async move(
    name: Move,
    binding: Binding,
    data: Partial<LoginRequest>,
    { entries, also }: Telling,
    now: Date,
  ): Promise<LoginRequest | null> {
    if (also) {
      // First: what is decided in Redis stays decided where the database fails.
      const row = await this.#read(binding.id)
      if (!row || !allowed(row, name, binding) || row.expiresAt <= now) return null
      await db().move((tx) => also(tx, row))
    }
    const row = await this.#move(name, binding, data, entries, now)
    if (row && MOVES[name].to === 'rejected') await this.#writeHistory(row)
    return row
  }

  /** Makes a move as long as the row is what it was read as; waits for a consume that has it in hand. */
  async #move(
    name: Move,
    binding: Binding,
    data: Partial<LoginRequest>,
    entries: Telling['entries'],
    now: Date,
  ): Promise<LoginRequest | null> {
    for (;;) {
      const row = await this.#read(binding.id)
      if (!row || !allowed(row, name, binding)) return null
      const { after, outcome } = await this.#write(row, name, data, entries, now, '')
      if (outcome === 'ok') return after
      if (outcome === 'expired') return null
      if (outcome === 'leased') await setTimeout(LEASE_LOOK_MS)
    }
  }

  /** Makes a move that no consume can come before any more, whatever a lease says. */
  async #moveOver(
    name: Move,
    binding: Binding,
    entries: Telling['entries'],
    now: Date,
  ): Promise<LoginRequest | null> {
    for (;;) {
      const [row] = await this.#readAll([binding.id])
      if (!row || !allowed(row, name, binding)) return null
      const { after, outcome } = await this.#write(row, name, {}, entries, now, '1')
      if (outcome === 'ok') return after
      if (outcome === 'expired') return null
    }
  }

  async #write(
    row: LoginRequest,
    name: Move,
    data: Partial<LoginRequest>,
    entries: Telling['entries'],
    now: Date,
    overLease: '' | '1',
  ) {
    const { after, times, commands } = this.#plan(row, name, data, entries, now)
    const outcome = await this.#ask((client) =>
      client.qrloginMove(keys.request(row.id), row.revision, this.#given(now), times, commands, overLease),
    )
    if (outcome === 'ok') announce(after)
    return { after, outcome }
  }

  /** What a move writes, and the row after it. */
  #plan(row: LoginRequest, name: Move, data: Partial<LoginRequest>, entries: Telling['entries'], now: Date) {
    const changes = changesOf(name, data)
    const after: LoginRequest = { ...row, ...changes, revision: row.revision + 1 }
    const encoded = encode(changes, now)
    const commands = [
      ...writing(row.id, encoded),
      ...noted(row.id, now, entries(after)),
      ...this.#beside(row, after, name),
    ]
    return { after, times: JSON.stringify(encoded.times), commands: JSON.stringify(commands) }
  }

  /** What a move does to the keys beside the request. */
  #beside(row: LoginRequest, after: LoginRequest, name: Move): Command[] {
    const { id, scanSessionId, userCodeHash, browserId, scanUserId } = after
    const commands: Command[] = []
    if (row.userCodeHash !== null && userCodeHash === null)
      commands.push(['DEL', keys.userCode(row.userCodeHash)])
    if (name === 'scan' && scanSessionId !== null)
      commands.push(
        [
          'ZREMRANGEBYSCORE',
          keys.ofSession(scanSessionId),
          '-inf',
          (after.scannedAt?.getTime() ?? 0) - OPEN_AT_MOST_MS,
        ],
        ['ZADD', keys.ofSession(scanSessionId), after.scannedAt?.getTime() ?? 0, id],
        ['PEXPIRE', keys.ofSession(scanSessionId), KEPT_UNWRITTEN_MS],
        ['PEXPIRE', keys.request(id), KEPT_UNWRITTEN_MS],
        ['PEXPIRE', keys.history(id), KEPT_UNWRITTEN_MS],
      )
    // Whom nobody scanned concerns no account: what became of it is not written, as long as nobody ends it.
    if (scanSessionId !== null || MOVES[name].to === 'rejected')
      commands.push(['ZADD', keys.unwritten, after.expiresAt.getTime(), id])
    if (name === 'not_me' && browserId !== null && scanUserId !== null)
      commands.push(
        ['ZADD', keys.refusals(browserId, scanUserId), after.scannedAt?.getTime() ?? 0, id],
        ['PEXPIRE', keys.refusals(browserId, scanUserId), REFUSAL_SECONDS * 1000],
      )
    return commands
  }

  /** The caller has locked the sessions: no consume by them is between its lease and its commit. */
  async endOf(tx: Runner, sessionIds: string[], now: Date, stays = false): Promise<void> {
    try {
      const ids = await this.#openOf(sessionIds, now)
      for (const row of await this.#endThose(tx, ids, now)) {
        await auditAll(tx, row.history)
        db().afterCommit(tx, () => void this.#forget(row.id).catch(warn))
      }
    } catch (error) {
      // Of a session that ends, nothing comes out of them all the same: a consume asks whether it lives.
      if (stays || !isAppError(error, 'unavailable')) throw error
      warn(error)
    }
  }

  async #openOf(sessionIds: string[], now: Date): Promise<string[]> {
    const since = now.getTime() - OPEN_AT_MOST_MS
    const lists = sessionIds.map((id) =>
      this.#ask((client) => client.zrangebyscore(keys.ofSession(id), since, '+inf')),
    )
    return (await Promise.all(lists)).flat()
  }

  async #endThose(tx: Runner, ids: string[], now: Date): Promise<{ id: string; history: Dated[] }[]> {
    if (ids.length === 0) return []
    const made = await tx.$queryRaw<{ id: string }[]>(sql`
      SELECT "loginRequestId" AS "id" FROM "Session" WHERE "loginRequestId" IN (${join(ids)})`)
    const consumed = new Set(made.map(({ id }) => id))
    const entries = (row: LoginRequest) => [rejectionOf(row, null)]
    const open = ids.filter((id) => !consumed.has(id))
    const ended = await Promise.all(open.map((id) => this.#moveOver('end_session', { id }, entries, now)))
    const told = ended
      .flatMap((row) => row ?? [])
      .map(async ({ id }) => {
        return { id, history: await this.#history(id) }
      })
    return Promise.all(told)
  }

  async present(row: LoginRequest, entry: AuditEntry & { userId: string }, now: Date): Promise<number> {
    await this.#ask(async (client) => {
      const transaction = client.multi()
      for (const [name, ...args] of noted(row.id, now, [entry])) transaction.call(String(name), ...args)
      transaction.sadd(keys.presented(row.id), entry.userId)
      transaction.pexpire(keys.presented(row.id), KEPT_UNWRITTEN_MS)
      orThrow(await transaction.exec())
    })
    return this.#ask((client) => client.scard(keys.presented(row.id)))
  }

  async consume<T extends object>(
    row: LoginRequest,
    typed: string | undefined,
    address: string | null,
    make: (consuming: Consuming) => Promise<T | null>,
    now: Date,
  ): Promise<T | Tried | null> {
    const tried = typed === undefined ? undefined : await this.#try(row, typed, address, now)
    if (tried === null || tried?.isRight === false) return tried
    let ended = false
    let taken: LoginRequest | null = null
    const take = async (tx: Runner, scanSessionId: string) => {
      taken = await this.#lease(
        row,
        { id: row.id, desktopSecretHash: row.desktopSecretHash, scanSessionId },
        now,
      )
      if (taken) await auditAll(tx, await this.#history(row.id))
      return taken
    }
    try {
      const made = await db().move((tx) =>
        make({ tx, take: (approverId) => take(tx, approverId), end: async () => void (ended = true) }),
      )
      if (ended) await this.#endHeld(row.id, address, now)
      if (made && taken) await this.#finish(taken).catch(warn)
      return made
    } catch (error) {
      // The session is there: a consume before this one did not get to say so.
      if (!isUniqueViolation(error) || !taken) throw error
      await this.#finish(taken)
      return null
    }
  }

  /** The session that approved has ended, so that no consume can succeed any more: this one's own lease is not waited for. */
  async #endHeld(id: string, address: string | null, now: Date): Promise<void> {
    const entries = (row: LoginRequest) => [rejectionOf(row, address)]
    const row = await this.#moveOver('end_session', { id }, entries, now)
    if (row) await this.#writeHistory(row)
  }

  /** Takes the request for a consume: the row as it will be after it, or null where the move is not allowed. */
  async #lease(row: LoginRequest, binding: Binding, now: Date): Promise<LoginRequest | null> {
    const [current] = await this.#readAll([row.id])
    if (!current || !allowed(current, 'consume', binding)) return null
    const outcome = await this.#ask((client) =>
      client.qrloginLease(keys.request(row.id), current.revision, this.#given(now)),
    )
    return outcome === 'ok' ? { ...current, consumedAt: now } : null
  }

  /** Says in Redis what the database knows already. */
  async #finish(row: LoginRequest): Promise<void> {
    const at = row.consumedAt ?? clock()
    const { after, times, commands } = this.#plan(row, 'consume', { consumedAt: at }, () => [], at)
    const outcome = await this.#ask((client) =>
      client.qrloginFinish(keys.request(row.id), row.revision, this.#given(at), times, commands),
    )
    if (outcome === 'ok') announce(after)
    await this.#forget(row.id)
  }

  async #try(row: LoginRequest, typed: string, address: string | null, now: Date): Promise<Tried | null> {
    const [outcome, right, tries] = await this.#countTry(row.id, oneTimeCode.hashes(row.id, typed), now)
    if (outcome !== 'ok') return null
    const triesLeft = oneTimeCode.TRIES - tries
    if (right === 0 && triesLeft === 0)
      await this.move(
        'proof_tries',
        { id: row.id },
        {},
        { entries: (one) => [rejectionOf(one, address)] },
        now,
      )
    return { isRight: right === 1, triesLeft }
  }

  /** Waits for a consume that has it in hand: a right try came before this one. */
  async #countTry(id: string, hashes: string[], now: Date): Promise<[string, number, number]> {
    for (;;) {
      const row = await this.#read(id)
      if (row?.state !== 'confirmed') return ['changed', 0, 0]
      const counted = await this.#ask((client) =>
        client.qrloginTry(keys.request(id), row.revision, this.#given(now), oneTimeCode.TRIES, ...hashes),
      )
      if (counted[0] !== 'leased' && counted[0] !== 'changed') return counted
      if (counted[0] === 'leased') await setTimeout(LEASE_LOOK_MS)
    }
  }

  /**
   * A consume took the request and did not come back: the database knows whether there is a session. The approver's row
   * is locked as a consume locks it, so that one which is still at work is waited for.
   */
  async #settle(row: Stored): Promise<LoginRequest> {
    const session = await db().move(async (tx) => {
      await tx.$queryRaw(sql`UPDATE "Session" SET "id" = "id" WHERE "id" = ${row.scanSessionId}`)
      const [made] = await tx.$queryRaw<{ createdAt: Date }[]>(sql`
        SELECT "createdAt" FROM "Session" WHERE "loginRequestId" = ${row.id}`)
      if (!made) await this.#ask((client) => client.qrloginRelease(keys.request(row.id), row.revision))
      return made
    })
    if (session) await this.#finish({ ...row, consumedAt: session.createdAt })
    const [settled] = await this.#readAll([row.id])
    return settled ?? row
  }

  async #history(id: string): Promise<Dated[]> {
    const lines = await this.#ask((client) => client.lrange(keys.history(id), 0, -1))
    return lines.map((line) => {
      const { at, entry } = JSON.parse(line) as { at: string; entry: AuditEntry }
      return { at: new Date(at), entry }
    })
  }

  /** The history of a request that is over goes to the audit log; what fails now, the sweep does. */
  async #writeHistory({ id }: LoginRequest): Promise<void> {
    try {
      // One writer at a time.
      if (
        (await this.#ask((client) => client.set(keys.writer(id), '1', 'PX', LEFT_BEHIND_MS, 'NX'))) === null
      )
        return
      const history = await this.#history(id)
      await db().move(async (tx) => {
        // A writer before this one may have stopped before it could say so.
        const [written] = await tx.$queryRaw<object[]>(sql`
          SELECT "id" FROM "AuditEvent" WHERE "at" = ${history[0]?.at ?? null} AND "loginRequestId" = ${id}
            AND "type" = ${history[0]?.entry.type ?? null} LIMIT 1`)
        if (!written) await auditAll(tx, history)
      })
      await this.#forget(id)
    } catch (error) {
      warn(error)
    }
  }

  async #forget(id: string): Promise<void> {
    await this.#ask((client) =>
      client
        .pipeline()
        .zrem(keys.unwritten, id)
        .del(keys.history(id), keys.presented(id))
        .pexpire(keys.request(id), KEPT_MS)
        .exec(),
    )
  }

  /** Writes what nobody wrote: of requests that ran out, and of servers that stopped in the middle. */
  async sweep(now: Date): Promise<number> {
    const due = now.getTime() - LEFT_BEHIND_MS
    for (let swept = 0; ;) {
      const ids = await this.#ask((client) =>
        client.zrangebyscore(keys.unwritten, '-inf', due, 'LIMIT', 0, SWEEP_AT_ONCE),
      )
      await this.#putOff(ids, now)
      for (const id of ids) await this.#sweepOne(id).catch(warn)
      swept += ids.length
      if (ids.length < SWEEP_AT_ONCE) return swept
    }
  }

  /** So that other servers take others, and what fails keeps nobody up. */
  async #putOff(ids: string[], now: Date): Promise<void> {
    if (ids.length === 0) return
    const scores = ids.flatMap((id) => [now.getTime(), id])
    await this.#ask((client) => client.zadd(keys.unwritten, 'XX', ...scores))
  }

  async #sweepOne(id: string): Promise<void> {
    const row = await this.#read(id)
    if (!row) log().warn({ event: 'history_lost', loginRequestId: id }, 'a history was not written in time')
    // What is read is settled; a consumed one's history is in the log already.
    if (!row || row.state === 'consumed') await this.#forget(id)
    else await this.#writeHistory(row)
  }
}

const isLapsed = ({ leaseEndsAt }: Stored): boolean =>
  leaseEndsAt !== undefined && leaseEndsAt < clock().getTime()

const text = (value: string | null): Statement => sql`CAST(${value} AS text)`

function warn(cause: unknown): void {
  log().warn({ cause: String(cause) }, 'Redis will be told later')
}

/** The replies of a pipeline. */
function orThrow(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
