/** Ways to take the database away from a running server, and to give it back. */
import { spawn } from 'node:child_process'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Server } from './server'

type GiveBack = () => Promise<void>

const HOLD = `
  const database = new (require('better-sqlite3'))(process.argv[1], { timeout: 10000 })
  database.exec('BEGIN EXCLUSIVE')
  process.stdout.write('held')
  process.stdin.on('end', () => process.exit(0)).resume()
`
const TABLES = ['User', 'Device', 'Session', 'LoginRequest', 'AuditEvent']

/** Somebody else holds it, as a backup or a forgotten shell would: reads go on, every write waits in vain. */
export const holdDatabase = ({ databaseUrl, databaseFile }: Server): Promise<GiveBack> =>
  databaseUrl === undefined ? holdFile(databaseFile) : holdTables(databaseUrl)

async function holdFile(file: string): Promise<GiveBack> {
  const child = spawn(process.execPath, ['-e', HOLD, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return () => {
    child.stdin.end()
    return gone
  }
}

async function holdTables(url: string): Promise<GiveBack> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`BEGIN; LOCK TABLE ${TABLES.map((table) => `"${table}"`).join(', ')} IN EXCLUSIVE MODE`)
  return () => client.end()
}

/** Nothing can be read or written: every table is gone from where the server looks for it. */
export async function hideTables(server: Server): Promise<GiveBack> {
  await rename(server, (table) => [table, `${table}_away`])
  return () => rename(server, (table) => [`${table}_away`, table])
}

async function rename(
  { databaseUrl, databaseFile }: Server,
  names: (table: string) => [from: string, to: string],
): Promise<void> {
  const statements = TABLES.map(names).map(([from, to]) => `ALTER TABLE "${from}" RENAME TO "${to}"`)
  if (databaseUrl === undefined) return renameInFile(databaseFile, statements)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // Several statements in one call are one transaction.
  await client.query(statements.join(';'))
  await client.end()
}

function renameInFile(file: string, statements: string[]): void {
  const database = new Database(file, { fileMustExist: true, timeout: 10_000 })
  // So that the other tables go on pointing at the name, and not at what is hidden under another one.
  database.pragma('legacy_alter_table = ON')
  database.pragma('foreign_keys = OFF')
  database.transaction(() => statements.forEach((statement) => database.exec(statement)))()
  database.close()
}
