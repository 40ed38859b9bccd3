/** The database: SQLite in a file, or PostgreSQL where `DATABASE_URL` says so. */
import type { Database } from './db/database'
import { PostgresDatabase } from './db/postgres'
import { SqliteDatabase } from './db/sqlite'
import { settings } from './env'

export type { Database } from './db/database'

const DATABASE = Symbol.for('qr-login.database')
const shared = globalThis as { [DATABASE]?: Database }

/** The process's database (on globalThis: routes and the front door are bundled apart). */
export function db(): Database {
  return (shared[DATABASE] ??= open())
}

function open(): Database {
  const { database } = settings()
  return database.engine === 'sqlite' ? new SqliteDatabase(database.file) : new PostgresDatabase(database)
}
