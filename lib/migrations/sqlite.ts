/** Migrations of a SQLite file. */
import fs from 'node:fs'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import Database from 'better-sqlite3'
import { applyMigrations, differenceTo, isComplete, requireKnown, SQLITE, withEngine } from './engine'

/** Why SQLite refuses a file, and what helps; keyed by its primary result code (sqlite.org/rescode.html). */
const CURES: Record<string, string> = {
  SQLITE_CANTOPEN: 'make its folder, and make both readable and writable',
  SQLITE_READONLY: 'make it and its folder writable',
  SQLITE_NOTADB: 'it is no SQLite database: move it away, or set DATABASE_URL to another file',
  SQLITE_CORRUPT: 'it is damaged: put a backup in its place',
  SQLITE_BUSY: 'another program holds it: stop that program',
  SQLITE_FULL: 'the disk is full: make room',
}

function refusal(databaseFile: string, error: unknown): Error {
  const { code, message } = error as { code?: string; message?: string }
  const primary =
    /^SQLITE_[A-Z]+/.exec(code ?? '')?.[0] ?? (message?.includes('directory') ? 'SQLITE_CANTOPEN' : '')
  const cause = String(message ?? error).split('\n', 1)[0]
  const cure = CURES[primary] ?? 'put back the copy from before this version'
  return new Error(`The database ${databaseFile} can't be used (${cause}): ${cure}`, { cause: error })
}

/** A new database is its owner's alone, in whatever folder; SQLite gives its side files the same mode. */
function makePrivate(databaseFile: string): void {
  try {
    fs.closeSync(fs.openSync(databaseFile, 'ax', 0o600))
  } catch {
    // One that is there keeps its mode; what else is wrong SQLite says better.
  }
}

/** Names of the migrations that this database has had, and sets it to write-ahead logging on the way. */
function appliedNames(databaseFile: string): string[] {
  makePrivate(databaseFile)
  const database = new Database(databaseFile)
  try {
    database.pragma('journal_mode = WAL')
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'").get()
    if (!table) return []
    const rows = database.prepare(
      'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    )
    return (rows.all() as { name: string }[]).map((row) => row.name)
  } finally {
    database.close()
  }
}

const adapterFor = (databaseFile: string) => new PrismaBetterSqlite3({ url: `file:${databaseFile}` })

/**
 * Applies what prisma/migrations holds and the database lacks; makes the database where there is none.
 * The engine is loaded only when something is missing.
 * @returns the names applied
 * @throws Error with one line of cause and cure
 */
export async function migrateSqlite(databaseFile: string): Promise<string[]> {
  let applied: string[]
  try {
    applied = appliedNames(databaseFile)
  } catch (error) {
    throw refusal(databaseFile, error)
  }
  requireKnown(databaseFile, applied, SQLITE)
  if (isComplete(applied, SQLITE)) return []
  try {
    return await withEngine(SQLITE, adapterFor(databaseFile), (engine) => applyMigrations(engine, SQLITE))
  } catch (error) {
    throw refusal(databaseFile, error)
  }
}

/** The SQL from what the migrations make to prisma/schema.prisma; empty when they agree. */
export function schemaDifference(): Promise<string> {
  // Prisma's own way, a diff from "migrations", hands SQLite many statements at once, which better-sqlite3 refuses.
  return withEngine(SQLITE, adapterFor(':memory:'), async (engine) => {
    await applyMigrations(engine, SQLITE)
    return differenceTo(engine, SQLITE)
  })
}
