/** A server's database, asked from outside: the same statements on SQLite and on PostgreSQL, with `?` for each value. */
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Server } from './server'

export interface Engine {
  /** Runs a statement; one without rows brings none. */
  ask<Row>(statement: string, ...values: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/** As Prisma's adapter for SQLite writes a time; SQLite compares the texts, and PostgreSQL reads any form. */
export const stored = (time: number): string => new Date(time).toISOString().replace('Z', '+00:00')

/** Where a server's tables are. */
export type Place = Pick<Server, 'databaseUrl' | 'databaseFile'> & Partial<Pick<Server, 'redisUrl'>>

export const engineOf = ({ databaseUrl, databaseFile }: Place): Engine =>
  databaseUrl === undefined ? new SqliteEngine(databaseFile) : new PostgresEngine(databaseUrl)

class SqliteEngine implements Engine {
  readonly #database: Database.Database

  constructor(file: string) {
    this.#database = new Database(file, { fileMustExist: true, timeout: 5000 })
  }

  async ask<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    const statement = this.#database.prepare<unknown[], Row>(text)
    if (statement.reader) return statement.all(...values)
    statement.run(...values)
    return []
  }

  async close(): Promise<void> {
    this.#database.close()
  }
}

const { TIMESTAMP, INT8 } = pg.types.builtins
/** Times as in SQLite, where a time is a text. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [TIMESTAMP, (text) => stored(Date.parse(`${text.replace(' ', 'T')}Z`))],
  [INT8, Number],
])

class PostgresEngine implements Engine {
  readonly #pool: pg.Pool

  constructor(connectionString: string) {
    this.#pool = new pg.Pool({
      connectionString,
      max: 1,
      types: { getTypeParser: (type: number) => PARSERS.get(type) ?? pg.types.getTypeParser(type) },
    })
    // The database may be taken away; the next statement asks for another connection.
    this.#pool.on('error', () => {})
  }

  async ask<Row>(statement: string, ...values: unknown[]): Promise<Row[]> {
    let number = 0
    const text = statement.replace(/\?/g, () => `$${++number}`)
    return (await this.#pool.query(text, values)).rows as Row[]
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}
