/** SQLite without Prisma's client in between: statements that are prepared once. */
import Database from 'better-sqlite3'
import type { Runner, Statement } from './sql'

/** There are some dozens, but for lists of every length. */
const MAX_PREPARED = 500

interface Prepared {
  statement: Database.Statement<unknown[], Record<string, unknown>>
  dates: string[]
}

/** A connection to a SQLite file, opened at its first use. */
export class PreparedStatements implements Runner {
  #connection: Database.Database | undefined
  readonly #prepared = new Map<string, Prepared>()

  /** @param timeout how long a lock is waited for, in milliseconds */
  constructor(
    readonly file: string,
    readonly timeout: number,
  ) {}

  /** Runs a statement; dates come back as dates, and a statement without rows brings none. */
  async $queryRaw<Rows>(query: Statement): Promise<Rows> {
    const { statement, dates } = this.#prepare(query.sql)
    const values = query.values.map(toColumn)
    if (!statement.reader) {
      statement.run(...values)
      return [] as Rows
    }
    const rows = statement.all(...values)
    for (const row of rows)
      for (const column of dates) if (row[column] !== null) row[column] = new Date(row[column] as string)
    return rows as Rows
  }

  /**
   * Runs works one after the other in one transaction, since a commit costs more than the rest of most. What one
   * throws takes back that one alone; where the database itself fails, nothing was written, and this rejects.
   */
  async transact<T>(works: ((tx: Runner) => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
    this.#control('BEGIN IMMEDIATE')
    try {
      const results: PromiseSettledResult<T>[] = []
      for (const work of works) results.push(await this.#attempt(work))
      this.#control('COMMIT')
      return results
    } catch (error) {
      if (this.isInTransaction) this.#control('ROLLBACK')
      throw error
    }
  }

  async #attempt<T>(work: (tx: Runner) => Promise<T>): Promise<PromiseSettledResult<T>> {
    this.#control('SAVEPOINT "work"')
    const turn = new Turn(this)
    try {
      const value = await work(turn)
      this.#control('RELEASE "work"')
      return { status: 'fulfilled', value }
    } catch (reason) {
      if (isFault(reason)) throw reason
      this.#control('ROLLBACK TO "work"')
      this.#control('RELEASE "work"')
      return { status: 'rejected', reason }
    } finally {
      turn.isOver = true
    }
  }

  get isInTransaction(): boolean {
    return this.#connection?.inTransaction ?? false
  }

  close(): void {
    this.#connection?.close()
  }

  #open(): Database.Database {
    try {
      return new Database(this.file, { timeout: this.timeout, fileMustExist: true })
    } catch (error) {
      // A missing folder would be a TypeError.
      throw new Database.SqliteError((error as Error).message, 'SQLITE_CANTOPEN')
    }
  }

  #control(text: string): void {
    this.#prepare(text).statement.run()
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text)
    if (known) return known
    this.#connection ??= this.#open()
    const statement = this.#connection.prepare<unknown[], Record<string, unknown>>(text)
    const dates = statement.reader ? statement.columns().filter(({ type }) => type === 'DATETIME') : []
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear()
    const prepared = { statement, dates: dates.map((column) => column.name) }
    this.#prepared.set(text, prepared)
    return prepared
  }
}

/** What one work of a transaction gets: a statement that it left running must not get into the next one's. */
class Turn implements Runner {
  readonly #connection: PreparedStatements
  isOver = false

  constructor(connection: PreparedStatements) {
    this.#connection = connection
  }

  async $queryRaw<Rows>(query: Statement): Promise<Rows> {
    if (this.isOver || !this.#connection.isInTransaction) throw new Error('This transaction is over.')
    return this.#connection.$queryRaw(query)
  }
}

/** A full disk, a lock: such an error may have ended the transaction already. */
const isFault = (error: unknown): boolean =>
  error instanceof Database.SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT')

/** As Prisma's adapter writes them: both read what the other wrote, and dates are compared as text. */
const toColumn = (value: unknown): unknown =>
  value instanceof Date ? value.toISOString().replace('Z', '+00:00') : value
