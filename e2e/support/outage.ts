/** Ways to take the database away from a running server, and to give it back. */
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
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

/** Nothing can be read or written: the file is no database any more, or PostgreSQL takes no connections to it. */
export const takeDatabase = ({ databaseUrl, databaseFile }: Server): Promise<GiveBack> =>
  databaseUrl === undefined ? spoilFile(databaseFile) : refuseConnections(databaseUrl)

async function spoilFile(path: string): Promise<GiveBack> {
  const database = new Database(path, { fileMustExist: true, timeout: 10_000 })
  // A commit makes the server read the file anew.
  database.pragma(`user_version = ${Number(database.pragma('user_version', { simple: true }))}`)
  const putAllIntoFile = () => {
    database.pragma('wal_checkpoint(TRUNCATE)')
    database.exec('BEGIN IMMEDIATE')
    return statSync(`${path}-wal`).size === 0
  }
  // The server may commit between the two. Once the lock is held, it can't.
  while (!putAllIntoFile()) database.exec('ROLLBACK')
  const header = Buffer.alloc(100)
  await withFile(path, (file) => file.read(header, 0, header.length, 0))
  await withFile(path, (file) => file.write(Buffer.alloc(header.length), 0, header.length, 0))
  database.close()
  return () => withFile(path, (file) => file.write(header, 0, header.length, 0))
}

async function withFile(path: string, work: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await work(file)
  } finally {
    await file.close()
  }
}

async function refuseConnections(url: string): Promise<GiveBack> {
  const name = new URL(url).pathname.slice(1)
  const elsewhere = Object.assign(new URL(url), { pathname: '/postgres' }).href
  const allow = async (allowed: boolean) => {
    const client = new pg.Client({ connectionString: elsewhere })
    await client.connect()
    await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${allowed}`)
    if (!allowed)
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    await client.end()
  }
  await allow(false)
  return () => allow(true)
}
