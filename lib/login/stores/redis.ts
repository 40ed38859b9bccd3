/**
 * Login requests in Redis, which forgets them by itself: the key outlives the request, so that whoever comes late hears
 * `expired`. Redis's clock decides. A request's history waits beside it, and is written to the audit log by the
 * transaction that ends it. See docs/decisions/requests-in-redis.md.
 */
import { setTimeout } from 'node:timers/promises'
import { auditAll, type AuditEntry, type Dated } from '../../audit'
import { clock } from '../../clock'
import { db } from '../../db'
import { isUniqueViolation } from '../../db/errors'
import { isAppError } from '../../errors'
import type { LoginRequest } from '../../generated/prisma/client'
import * as oneTimeCode from '../../proofs/one-time-code'
import { lockAccount, lockLive, requireLive, type LockedAccount } from '../../sessions/account'
import { among, sql, type Runner, type Statement } from '../../sql'
import { announce, rejection } from '../move'
import { refusedSince, signalColumns, type ScanRow, type Signalled } from '../signals'
import { MOVES, type Move } from '../state'
import type { Binding, Consuming, NewRequest, RequestStore, Shown, Telling, Tried } from '../store'
import { forget, historyOf, sweepHistories, warn, writeHistory } from './redis-history'
import { keys, KEPT_MS, KEPT_UNWRITTEN_MS } from './redis-keys'
import { allowed, noted, OPEN_AT_MOST_MS, planOf, writing, type Command } from './redis-plan'
import { decode, DEFAULTS, encode, type Stored } from './redis-row'
import { askRedis, orThrow } from './redis-scripts'

const LEASE_LOOK_MS = 25

export class RedisStore implements RequestStore {
  readonly mayForget = true

  /** @param givenTime the caller's `now` decides instead of Redis's clock: for tests, whose time stands still */
  constructor(readonly givenTime = false) {}

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
    const added = await askRedis((client) =>
      client.qrloginAdd(keys.request(id), keys.userCode(userCodeHash), this.#given(now), times, all),
    )
    return added === 1 ? this.#read(id) : null
  }

  async find(ids: readonly string[], tx?: Runner): Promise<LoginRequest[]> {
    const rows = await this.#readAll(ids)
    // Settling locks an account, which that transaction may have locked.
    if (tx) return rows
    return Promise.all(rows.map((row) => (isLapsed(row) ? this.#settle(row) : row)))
  }

  async #readAll(ids: readonly string[]): Promise<Stored[]> {
    if (ids.length === 0) return []
    const hashes = await askRedis(async (client) => {
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
      askRedis((client) =>
        client.zcount(keys.refusals(row.browserId ?? '', userId), `(${refusedSince(now).getTime()}`, '+inf'),
      ),
    ])
    return { ...row, ...signals, refusals }
  }

  async #shown(shown: Shown): Promise<LoginRequest | null> {
    if ('id' in shown) return this.#read(shown.id)
    const ids = await askRedis((client) => client.mget(shown.userCodeHash.map(keys.userCode)))
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
      await db().move(async (tx) => also.change(await requireLive(tx, also.by, now), row))
    }
    const row = await this.#move(name, binding, data, entries, now)
    if (row && MOVES[name].to === 'rejected') await writeHistory(row.id)
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
    const { after, times, commands } = planOf(row, name, data, entries, now)
    const outcome = await askRedis((client) =>
      client.qrloginMove(keys.request(row.id), row.revision, this.#given(now), times, commands, overLease),
    )
    if (outcome === 'ok') announce(after)
    return { after, outcome }
  }

  /** The caller has locked the account: no consume for it is between its lease and its commit. */
  async endOf({ tx }: LockedAccount, sessionIds: string[], now: Date, stays = false): Promise<void> {
    try {
      const ids = await this.#openOf(sessionIds, now)
      for (const row of await this.#endThose(tx, ids, now)) {
        await auditAll(tx, row.history)
        db().afterCommit(tx, () => void forget(row.id).catch(warn))
      }
    } catch (error) {
      // Of a session that ends, nothing comes out of them all the same: a consume asks whether it lives.
      if (stays || !isAppError(error, 'unavailable')) throw error
      warn(error)
    }
  }

  async #openOf(sessionIds: string[], now: Date): Promise<string[]> {
    const since = now.getTime() - OPEN_AT_MOST_MS
    const lists = await askRedis(async (client) => {
      const pipeline = client.pipeline()
      for (const id of sessionIds) pipeline.zrangebyscore(keys.ofSession(id), since, '+inf')
      return orThrow(await pipeline.exec())
    })
    return (lists as string[][]).flat()
  }

  async #endThose(tx: Runner, ids: string[], now: Date): Promise<{ id: string; history: Dated[] }[]> {
    if (ids.length === 0) return []
    const made = await tx.$queryRaw<{ id: string }[]>(sql`
      SELECT "loginRequestId" AS "id" FROM "Session" WHERE "loginRequestId" ${among(ids)}`)
    const consumed = new Set(made.map(({ id }) => id))
    const { entries } = rejection(null)
    const open = ids.filter((id) => !consumed.has(id))
    const ended = await Promise.all(open.map((id) => this.#moveOver('end_session', { id }, entries, now)))
    const told = ended
      .flatMap((row) => row ?? [])
      .map(async ({ id }) => {
        return { id, history: await historyOf(id) }
      })
    return Promise.all(told)
  }

  async present(row: LoginRequest, entry: AuditEntry & { userId: string }, now: Date): Promise<number> {
    await askRedis(async (client) => {
      const transaction = client.multi()
      for (const [name, ...args] of noted(row.id, now, [entry])) transaction.call(String(name), ...args)
      transaction.sadd(keys.presented(row.id), entry.userId)
      transaction.pexpire(keys.presented(row.id), KEPT_UNWRITTEN_MS)
      orThrow(await transaction.exec())
    })
    return askRedis((client) => client.scard(keys.presented(row.id)))
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
    const { id, desktopSecretHash, scanSessionId } = row
    let ended = false
    let taken: LoginRequest | null = null
    const take = async (tx: Runner) => {
      taken = await this.#lease(row, { id, desktopSecretHash, scanSessionId }, now)
      if (taken) await auditAll(tx, await historyOf(id))
      return taken
    }
    try {
      const made = await db().move(async (tx) => {
        const approver = await lockLive(tx, scanSessionId ?? '', now)
        ended = approver === null
        return approver && make({ approver, take: () => take(tx) })
      })
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
    const { entries } = rejection(address)
    const row = await this.#moveOver('end_session', { id }, entries, now)
    if (row) await writeHistory(row.id)
  }

  /** Takes the request for a consume: the row as it will be after it, or null where the move is not allowed. */
  async #lease(row: LoginRequest, binding: Binding, now: Date): Promise<LoginRequest | null> {
    const [current] = await this.#readAll([row.id])
    if (!current || !allowed(current, 'consume', binding)) return null
    const outcome = await askRedis((client) =>
      client.qrloginLease(keys.request(row.id), current.revision, this.#given(now)),
    )
    return outcome === 'ok' ? { ...current, consumedAt: now } : null
  }

  /** Says in Redis what the database knows already. */
  async #finish(row: LoginRequest): Promise<void> {
    const at = row.consumedAt ?? clock()
    const { after, times, commands } = planOf(row, 'consume', { consumedAt: at }, () => [], at)
    const outcome = await askRedis((client) =>
      client.qrloginFinish(keys.request(row.id), row.revision, this.#given(at), times, commands),
    )
    if (outcome === 'ok') announce(after)
    await forget(row.id)
  }

  async #try(row: LoginRequest, typed: string, address: string | null, now: Date): Promise<Tried | null> {
    const [outcome, right, tries] = await this.#countTry(row.id, oneTimeCode.hashes(row.id, typed), now)
    if (outcome !== 'ok') return null
    const triesLeft = oneTimeCode.TRIES - tries
    if (right === 0 && triesLeft === 0)
      await this.move('proof_tries', { id: row.id }, {}, rejection(address), now)
    return { isRight: right === 1, triesLeft }
  }

  /** Waits for a consume that has it in hand: a right try came before this one. */
  async #countTry(id: string, hashes: string[], now: Date): Promise<[string, number, number]> {
    for (;;) {
      const row = await this.#read(id)
      if (row?.state !== 'confirmed') return ['changed', 0, 0]
      const counted = await askRedis((client) =>
        client.qrloginTry(keys.request(id), row.revision, this.#given(now), oneTimeCode.TRIES, ...hashes),
      )
      if (counted[0] !== 'leased' && counted[0] !== 'changed') return counted
      if (counted[0] === 'leased') await setTimeout(LEASE_LOOK_MS)
    }
  }

  /**
   * A consume took the request and did not come back: the database knows whether there is a session. The account is
   * locked as a consume locks it, so that one which is still at work is waited for.
   */
  async #settle(row: Stored): Promise<LoginRequest> {
    const session = await db().move(async (tx) => {
      await lockAccount(tx, { id: row.scanUserId ?? '' }, clock())
      const [made] = await tx.$queryRaw<{ createdAt: Date }[]>(sql`
        SELECT "createdAt" FROM "Session" WHERE "loginRequestId" = ${row.id}`)
      if (!made) await askRedis((client) => client.qrloginRelease(keys.request(row.id), row.revision))
      return made
    })
    if (session) await this.#finish({ ...row, consumedAt: session.createdAt })
    const [settled] = await this.#readAll([row.id])
    return settled ?? row
  }

  async sweep(now: Date): Promise<number> {
    return sweepHistories((id) => this.#read(id), now)
  }
}

const isLapsed = ({ leaseEndsAt }: Stored): boolean =>
  leaseEndsAt !== undefined && leaseEndsAt < clock().getTime()

const text = (value: string | null): Statement => sql`CAST(${value} AS text)`
