/** PostgreSQL: one pool, which Prisma's models and our own prepared statements share. */
import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { attempt } from '../attempt'
import type { PostgresSettings } from '../env'
import { AppError } from '../errors'
import { PrismaClient as PostgresClient } from '../generated/postgresql/client'
import type { PrismaClient } from '../generated/prisma/client'
import { log } from '../log'
import type { Runner, Statement } from '../sql'
import type { Database, Transaction } from './database'
import { answered, isSerializationFailure, translate } from './errors'
import { impatientSocket } from './line'

/** Past this many transactions that wait for a connection, a quick refusal is kinder than a long wait. */
const MAX_WAITING = 500
const CONNECT_WITHIN_MS = 5_000
/** A connection that nobody uses is closed after this long. */
const IDLE_MS = 10_000
/** A transaction that met another one head on (deadlock, serialization) is tried again so often. */
const MAX_TRIES = 3

const { TIMESTAMP, INT8 } = pg.types.builtins
/** Timestamps hold UTC, as Prisma writes them; counts are far below what a number can hold. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`)],
  [INT8, Number],
])
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format as 'text'),
} as unknown as pg.CustomTypesConfig

/** The same text has the same name on every connection, which then prepares it once. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const known = names.get(text)
  if (known) return known
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20)
  // There are some dozens; lists of other lengths make more.
  if (names.size < 500) names.set(text, name)
  return name
}

/** pg would write a date in this machine's time zone. */
const toParameter = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)

class PgRunner implements Runner {
  readonly #connection: Pick<pg.Pool, 'query'>
  constructor(connection: Pick<pg.Pool, 'query'>) {
    this.#connection = connection
  }

  async $queryRaw<Rows>({ text, values }: Statement): Promise<Rows> {
    const query = { name: nameOf(text), text, values: values.map(toParameter), types }
    return (await this.#connection.query(query)).rows as Rows
  }
}

/** A transaction on one connection. Statements leave at once, whether the ones before them were answered or not. */
class PgTransaction extends PgRunner {
  readonly #sent: Promise<unknown>[]

  constructor(readonly connection: pg.PoolClient) {
    super(connection)
    this.#sent = [this.#noted(connection.query('BEGIN'))]
  }

  $send(statement: Statement): void {
    this.#sent.push(this.#noted(this.$queryRaw(statement)))
  }

  /** @throws what the first statement that failed was refused with */
  async commit(): Promise<void> {
    const committed = this.#noted(this.connection.query('COMMIT'))
    await Promise.all(this.#sent)
    const { command } = await committed
    // What it answers where a statement has failed that nobody told of.
    if (command !== 'COMMIT') throw new Error(`The transaction ended in ${command}.`)
  }

  /** @returns why it was undone: the statements behind one that failed are refused as well */
  async rollback(reason: unknown): Promise<unknown> {
    await this.connection.query('ROLLBACK')
    const sent = await Promise.allSettled(this.#sent)
    return sent.find((one) => one.status === 'rejected')?.reason ?? reason
  }

  /** A failure is dealt with at the end of the transaction, not when it comes. */
  #noted<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => {})
    return answer
  }
}

export class PostgresDatabase implements Database {
  readonly #pool: pg.Pool
  readonly #client: PrismaClient
  readonly #queries: Runner
  readonly #afterCommit = new WeakMap<Runner, (() => void)[]>()
  #isClosed = false

  constructor({ url, poolSize, statementTimeoutMs }: PostgresSettings) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      // A statement need not wait for the answer to the one before it.
      pipeline: true,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      idleTimeoutMillis: IDLE_MS,
      // Longer than any statement may take, and than an unused connection is kept.
      stream: impatientSocket(statementTimeoutMs + IDLE_MS),
      statement_timeout: statementTimeoutMs,
      // A node that hangs in the middle of a transaction must not hold its locks for ever.
      idle_in_transaction_session_timeout: statementTimeoutMs * 2,
      // What the statements above and below count in. And rows are read in the order of an index, as far as they are
      // wanted: a bitmap holds all that match before a LIMIT can stop it.
      options: '-c TimeZone=UTC -c enable_bitmapscan=off',
    })
    // Of connections that nobody uses at the moment: the next use makes another.
    this.#pool.on('error', (error) => log().warn({ cause: error.message }, 'a database connection broke'))
    // Of those in use, the next statement says so; an error that nobody listens to would end the process.
    this.#pool.on('connect', (connection) => void connection.on('error', () => {}))
    // The twin schema makes the same client, but for the engine inside of it.
    this.#client = new PostgresClient({
      adapter: new PrismaPg(this.#pool),
      errorFormat: 'minimal',
    }) as unknown as PrismaClient
    this.#queries = new PgRunner(this.#pool)
  }

  read<T>(run: (client: PrismaClient) => Promise<T>): Promise<T> {
    return this.#admit(() => answered(run, this.#client))
  }

  query<T>(run: (client: Runner) => Promise<T>): Promise<T> {
    return this.#admit(() => answered(run, this.#queries))
  }

  write<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    const transact = (work: (tx: Transaction) => Promise<T>) =>
      this.#client.$transaction(work, { maxWait: CONNECT_WITHIN_MS, timeout: 10_000 })
    return this.#admit(() => this.#transact(transact, run))
  }

  move<T>(run: (tx: Runner) => Promise<T>): Promise<T> {
    return this.#admit(() => this.#transact((work) => this.#byPool(work), run))
  }

  async #byPool<T>(work: (tx: Runner) => Promise<T>): Promise<T> {
    const connection = await this.#pool.connect()
    let broken = true
    try {
      const transaction = new PgTransaction(connection)
      try {
        const result = await work(transaction)
        await transaction.commit()
        broken = false
        return result
      } catch (error) {
        const reason = await transaction.rollback(error)
        broken = false
        throw reason
      }
    } finally {
      connection.release(broken)
    }
  }

  /** What runs once more begins anew: nothing of the first time is done after the commit. */
  async #transact<Tx extends Runner, T>(
    transact: (work: (tx: Tx) => Promise<T>) => Promise<T>,
    run: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      let committed: (() => void)[] = []
      try {
        const result = await transact((tx) => {
          this.#afterCommit.set(tx, (committed = []))
          return run(tx).finally(() => this.#afterCommit.delete(tx))
        })
        committed.forEach(attempt)
        return result
      } catch (error) {
        if (tries === MAX_TRIES || !isSerializationFailure(error)) throw translate(error)
      }
    }
  }

  afterCommit(tx: Runner, work: () => void): void {
    const committed = this.#afterCommit.get(tx)
    if (!committed) throw new Error('This is no transaction of ours.')
    committed.push(work)
  }

  #admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed || this.#pool.waitingCount >= MAX_WAITING)
      return Promise.reject(
        new AppError('unavailable', { retryAfter: 2, detail: 'Too many wait for the database.' }),
      )
    return work()
  }

  connections(): Record<string, number> {
    const { idleCount, totalCount, waitingCount } = this.#pool
    return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#client.$disconnect()
    await this.#pool.end()
  }
}
