/**
 * The database. better-sqlite3's adapter holds one connection, and whatever runs on it while an interactive
 * transaction is open runs inside that transaction. So there are two clients on one WAL file: reads go to one, and
 * every write, single ones too, queues for the other. See docs/decisions/two-sqlite-clients.md.
 */
import { setImmediate } from 'node:timers/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { settings } from './env'
import { AppError, isAppError } from './errors'
import { PrismaClient, type Prisma } from './generated/prisma/client'
import { log } from './log'

/** Short, because better-sqlite3 waits for a lock with the whole process. */
const BUSY_TIMEOUT_MS = 100
/** After a fault writes are refused at once for this long: each try would make every reader wait as well. */
const PAUSE_MS = 1_000
/** Past this many queued writes the database is behind, and a quick refusal is kinder than a long wait. */
const MAX_WAITING = 500

/** What a move sees: the writing client inside a transaction. */
export type Transaction = Prisma.TransactionClient

export class Database {
  #reader: PrismaClient
  #writer: PrismaClient
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #pausedUntil = 0
  readonly #afterCommit = new WeakMap<Transaction, (() => void)[]>()

  constructor(readonly file: string) {
    this.#reader = this.#connect()
    this.#writer = this.#connect()
  }

  #connect(): PrismaClient {
    const adapter = new PrismaBetterSqlite3({ url: `file:${this.file}`, timeout: BUSY_TIMEOUT_MS })
    // Minimal: the longer formats quote a statement's arguments, hashes included, and errors are logged.
    return new PrismaClient({ adapter, errorFormat: 'minimal' })
  }

  /**
   * Runs a read outside of any transaction.
   * @throws AppError `unavailable` when the database can't answer
   */
  async read<T>(run: (client: PrismaClient) => Promise<T>): Promise<T> {
    try {
      return await run(this.#reader)
    } catch (error) {
      throw translate(error)
    }
  }

  /**
   * Runs a move in one transaction, after the writes before it. What `run` throws rolls it back.
   * @throws AppError `unavailable` when the database can't answer
   */
  write<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING)
      return Promise.reject(new AppError('unavailable', { retryAfter: 2, detail: 'Too many writes wait.' }))
    this.#waiting++
    const result = this.#queue.then(() => this.#transact(run)).finally(() => this.#waiting--)
    this.#queue = result.catch(() => {})
    return result
  }

  /** Runs `work` once the transaction has committed; where it rolls back, never. */
  afterCommit(tx: Transaction, work: () => void): void {
    const committed = this.#afterCommit.get(tx)
    if (!committed) throw new Error('This is no transaction of ours.')
    committed.push(work)
  }

  async #transact<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    // better-sqlite3 never yields: without this, a burst of writes would let nobody else be served.
    await setImmediate()
    if (performance.now() < this.#pausedUntil) throw unavailable(new Error('The database was just away.'))
    let thrown: unknown
    const committed: (() => void)[] = []
    const noting = (tx: Transaction): Promise<T> => {
      this.#afterCommit.set(tx, committed)
      return run(tx).catch((error: unknown) => {
        thrown = error
        throw error
      })
    }
    try {
      const result = await this.#writer.$transaction(noting, { maxWait: 2_000, timeout: 10_000 })
      committed.forEach(attempt)
      return result
    } catch (error) {
      const translated = error === thrown ? translate(error) : unavailable(error)
      // A BEGIN, statement or COMMIT that failed leaves the connection in an unknown state.
      if (isAppError(translated, 'unavailable')) await this.#recover()
      throw translated
    }
  }

  async #recover(): Promise<void> {
    this.#pausedUntil = performance.now() + PAUSE_MS
    const broken = this.#writer
    this.#writer = this.#connect()
    await broken.$disconnect().catch(() => {})
  }

  async close(): Promise<void> {
    await this.#queue
    await Promise.all([this.#reader.$disconnect(), this.#writer.$disconnect()])
  }
}

/** What fails after a commit can't undo it, and must not look as if it had. */
function attempt(work: () => void): void {
  try {
    work()
  } catch (err) {
    log().error({ err }, 'failed after a commit')
  }
}

/** What a statement did wrong, rather than the database: unique, foreign key, missing row. */
const STATEMENT_ERRORS = ['P2002', 'P2003', 'P2025']

/** Faults of the database become `unavailable`; our own refusals and bugs stay what they are. */
function translate(error: unknown): unknown {
  const fault =
    isDatabaseError(error) &&
    error.name !== 'PrismaClientValidationError' &&
    !STATEMENT_ERRORS.includes(codeOf(error))
  return fault ? unavailable(error) : error
}

const unavailable = (cause: unknown): AppError => new AppError('unavailable', { retryAfter: 2, cause })

// By name and mark, not by class: bundles that are loaded apart have classes of their own.
const isDatabaseError = (error: unknown): error is Error =>
  error instanceof Error &&
  ('clientVersion' in error || /^(PrismaClient|DriverAdapter|Sqlite)/.test(error.name))

/** True where a write broke a unique index. */
export const isUniqueViolation = (error: unknown): boolean =>
  isDatabaseError(error) && codeOf(error) === 'P2002'

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

const DATABASE = Symbol.for('qr-login.database')
const shared = globalThis as { [DATABASE]?: Database }

/** The process's database (on globalThis: routes and the front door are bundled apart). */
export function db(): Database {
  return (shared[DATABASE] ??= new Database(settings().databaseFile))
}
