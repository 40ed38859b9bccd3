/** SQLite without Prisma's client in between: statements that are prepared once. */
import Database from 'better-sqlite3'
import { isFault } from './errors'
import type { Runner, Statement } from '../sql'

/** There are some dozens. */
const MAX_PREPARED = 500
/**
 * So many pages of the write-ahead log are copied into the file at once, 32 MiB. A busy page is written to the log at each
 * commit, and into the file once for all of them: the longer the log, the less is copied.
 */
const CHECKPOINT_PAGES = 8_000
/** A statement with a longer list is prepared each time: there is one for every length. */
const MAX_VALUES = 40

interface Prepared {
  statement: Database.Statement<unknown[], unknown[]>
  columns: { name: string; isDate: boolean }[]
}

/** A connection to a SQLite file, opened at its first use. */
export class PreparedStatements implements Runner {
  #connection: Database.Database | undefined
  #isClosed = false
  readonly #prepared = new Map<string, Prepared>()

  /** @param timeout how long a lock is waited for, in milliseconds */
  constructor(
    readonly file: string,
    readonly timeout: number,
  ) {}

  /** Runs a statement; dates come back as dates, and a statement without rows brings none. */
  async $queryRaw<Rows>(query: Statement): Promise<Rows> {
    const prepared = this.#prepare(query.sql, query.values.length <= MAX_VALUES)
    return runStatement(prepared, query.values.map(toColumn)).map((row) => toRow(prepared, row)) as Rows
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
      if (turn.fault) throw turn.fault
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
    this.#isClosed = true
    this.#prepared.clear()
    this.#connection?.close()
    this.#connection = undefined
  }

  #open(): Database.Database {
    if (this.#isClosed) throw new Database.SqliteError('The database was closed.', 'SQLITE_CANTOPEN')
    try {
      const connection = new Database(this.file, { timeout: this.timeout, fileMustExist: true })
      connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
      return connection
    } catch (error) {
      // A missing folder would be a TypeError.
      throw new Database.SqliteError((error as Error).message, 'SQLITE_CANTOPEN')
    }
  }

  #control(text: string): void {
    runStatement(this.#prepare(text), [])
  }

  #prepare(text: string, isKept = true): Prepared {
    const known = this.#prepared.get(text)
    if (known) return known
    this.#connection ??= this.#open()
    const prepared = describe(this.#connection.prepare<unknown[], unknown[]>(text))
    if (!isKept) return prepared
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear()
    this.#prepared.set(text, prepared)
    return prepared
  }
}

/** What one work of a transaction gets: a statement that it left running must not get into the next one's. */
class Turn implements Runner {
  readonly #connection: PreparedStatements
  isOver = false
  /** It ends all of the transaction, whatever the work made of it. */
  fault: unknown

  constructor(connection: PreparedStatements) {
    this.#connection = connection
  }

  async $queryRaw<Rows>(query: Statement): Promise<Rows> {
    if (this.isOver || !this.#connection.isInTransaction) throw new Error('This transaction is over.')
    try {
      return await this.#connection.$queryRaw(query)
    } catch (error) {
      if (isFault(error)) this.fault ??= error
      throw error
    }
  }
}

/** Rows come as plain lists: their columns are named here, once for each statement. */
function describe(statement: Database.Statement<unknown[], unknown[]>): Prepared {
  if (!statement.reader) return { statement, columns: [] }
  const columns = statement.columns().map(({ name, type }) => ({ name, isDate: type === 'DATETIME' }))
  return { statement: statement.raw(), columns }
}

function toRow({ columns }: Prepared, values: unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  columns.forEach(({ name, isDate }, index) => {
    const value = values[index]
    row[name] = isDate && value !== null ? new Date(value as string) : value
  })
  return row
}

/** Nothing but the statement itself, so that a profile tells what SQLite takes. */
function runStatement({ statement }: Prepared, values: unknown[]): unknown[][] {
  if (statement.reader) return statement.all(...values)
  statement.run(...values)
  return []
}

/** As Prisma's adapter writes them: both read what the other wrote, and dates are compared as text. */
const toColumn = (value: unknown): unknown =>
  value instanceof Date ? value.toISOString().replace('Z', '+00:00') : value
