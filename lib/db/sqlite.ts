/**
 * SQLite in a file. better-sqlite3's adapter holds one connection, and whatever runs on it while an interactive
 * transaction is open runs inside that transaction. So there are two clients on one WAL file: reads go to one, and
 * every write, single ones too, queues for the other. See docs/decisions/two-sqlite-clients.md. Beside each of them
 * prepared statements have a connection of their own, for what every sign-in does.
 */
import { setImmediate } from 'node:timers/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { attempt } from '../attempt'
import { AppError, isAppError } from '../errors'
import { PrismaClient } from '../generated/prisma/client'
import type { Runner } from '../sql'
import type { Database, Transaction } from './database'
import { answered, isFault, translate, unavailable } from './errors'
import { PreparedStatements } from './prepared'

/** Short, because better-sqlite3 waits for a lock with the whole process. */
const BUSY_TIMEOUT_MS = 100
/** After a fault writes are refused at once for this long: each try would make every reader wait as well. */
const PAUSE_MS = 1_000
/** Past this many queued writes the database is behind, and a quick refusal is kinder than a long wait. */
const MAX_WAITING = 500
/** Moves that are committed together: as many as take a few milliseconds, in which nothing else is served. */
const MAX_GROUP = 20

export class SqliteDatabase implements Database {
  #reader: PrismaClient
  #writer: PrismaClient
  #queries: PreparedStatements
  #moves: PreparedStatements
  #queue: Promise<unknown> = Promise.resolve()
  /** The moves at the end of the queue, while more may join them. */
  #group: Move[] | undefined
  #waiting = 0
  #pausedUntil = 0
  readonly #afterCommit = new WeakMap<Runner, (() => void)[]>()
  /** Each statement by the moves' connection while no transaction is open there: it has in memory what it wrote. */
  readonly #reads: Runner = {
    $queryRaw: (statement) =>
      (this.#moves.isInTransaction ? this.#queries : this.#moves).$queryRaw(statement),
  }

  constructor(readonly file: string) {
    this.#reader = this.#connect()
    this.#writer = this.#connect()
    this.#queries = this.#prepare()
    this.#moves = this.#prepare()
  }

  #connect(): PrismaClient {
    const adapter = new PrismaBetterSqlite3({ url: `file:${this.file}`, timeout: BUSY_TIMEOUT_MS })
    // Minimal: the longer formats quote a statement's arguments, hashes included, and errors are logged.
    return new PrismaClient({ adapter, errorFormat: 'minimal' })
  }

  #prepare(): PreparedStatements {
    return new PreparedStatements(this.file, BUSY_TIMEOUT_MS)
  }

  read<T>(run: (client: PrismaClient) => Promise<T>): Promise<T> {
    return answered(run, this.#reader)
  }

  query<T>(run: (client: Runner) => Promise<T>): Promise<T> {
    return answered(run, this.#reads)
  }

  write<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#admit(() => {
      // Moves that come later belong behind it.
      this.#group = undefined
      return this.#enqueue(() => this.#transact(run))
    })
  }

  /** Moves that wait one behind the other are committed together, and each of them stands or falls alone. */
  move<T>(run: (tx: Runner) => Promise<T>): Promise<T> {
    return this.#admit(
      () =>
        new Promise<T>((resolve, reject) => {
          this.#openGroup().push(new Move(run, resolve, reject))
        }),
    )
  }

  afterCommit(tx: Runner, work: () => void): void {
    const committed = this.#afterCommit.get(tx)
    if (!committed) throw new Error('This is no transaction of ours.')
    committed.push(work)
  }

  async #admit<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING)
      throw new AppError('unavailable', { retryAfter: 2, detail: 'Too many writes wait.' })
    this.#waiting++
    try {
      return await wait()
    } finally {
      this.#waiting--
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    // better-sqlite3 never yields: without this, a burst of writes would let nobody else be served.
    const result = this.#queue.then(() => setImmediate()).then(work)
    this.#queue = result.catch(() => {})
    return result
  }

  #openGroup(): Move[] {
    if (this.#group && this.#group.length < MAX_GROUP) return this.#group
    const group: Move[] = (this.#group = [])
    void this.#enqueue(() => this.#transactGroup(group))
    return group
  }

  async #transactGroup(group: Move[]): Promise<void> {
    if (this.#group === group) this.#group = undefined
    let results: PromiseSettledResult<unknown>[]
    try {
      this.#requirePresent()
      results = await this.#moves.transact(
        group.map(
          ({ run, committed }) =>
            (tx) =>
              this.#noting(tx, run, committed),
        ),
      )
    } catch (error) {
      if (!isAppError(error)) await this.#recover(error)
      results = group.map(() => ({ status: 'rejected', reason: error }))
    }
    group.forEach((move, index) => move.settle(results[index]!))
  }

  async #transact<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#requirePresent()
    let thrown: unknown
    const committed: (() => void)[] = []
    const work = (tx: Transaction): Promise<T> =>
      this.#noting(tx, run, committed).catch((error: unknown) => {
        thrown = error
        throw error
      })
    try {
      const result = await this.#writer.$transaction(work, { maxWait: 2_000, timeout: 10_000 })
      committed.forEach(attempt)
      return result
    } catch (error) {
      if (error !== thrown || isFault(error)) await this.#recover(error)
      throw translate(error)
    }
  }

  /** What is to be done after the commit is taken while `run` lasts. */
  async #noting<Tx extends Runner, T>(
    tx: Tx,
    run: (tx: Tx) => Promise<T>,
    committed: (() => void)[],
  ): Promise<T> {
    this.#afterCommit.set(tx, committed)
    try {
      return await run(tx)
    } finally {
      this.#afterCommit.delete(tx)
    }
  }

  #requirePresent(): void {
    if (performance.now() < this.#pausedUntil) throw unavailable(new Error('The database was just away.'))
  }

  /** A BEGIN or COMMIT that failed, like an outage in between, leaves its connection in an unknown state. */
  async #recover(error: unknown): Promise<void> {
    if (isFault(error)) this.#pausedUntil = performance.now() + PAUSE_MS
    const broken = [this.#writer, this.#moves] as const
    this.#writer = this.#connect()
    this.#moves = this.#prepare()
    attempt(() => broken[1].close())
    await broken[0].$disconnect().catch(() => {})
  }

  connections(): Record<string, number> {
    return { waiting: this.#waiting }
  }

  async close(): Promise<void> {
    await this.#queue
    this.#pausedUntil = Infinity
    this.#queries.close()
    this.#moves.close()
    await Promise.all([this.#reader.$disconnect(), this.#writer.$disconnect()])
  }
}

/** A move on its way to a commit with others. */
class Move {
  readonly committed: (() => void)[] = []

  constructor(
    readonly run: (tx: Runner) => Promise<unknown>,
    readonly resolve: (value: never) => void,
    readonly reject: (reason: unknown) => void,
  ) {}

  settle(result: PromiseSettledResult<unknown>): void {
    if (result.status === 'rejected') return this.reject(translate(result.reason))
    this.committed.forEach(attempt)
    this.resolve(result.value as never)
  }
}
