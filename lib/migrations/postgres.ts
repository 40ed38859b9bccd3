/** Migrations of a PostgreSQL database, by the first of the servers that start on it. */
import { PrismaPg } from '@prisma/adapter-pg'
import type { DiffTarget } from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import {
  applyMigrations,
  isComplete,
  NO_FILTERS,
  POSTGRESQL,
  requireKnown,
  schemaFile,
  withEngine,
} from './engine'

/** Any number will do that no other program of this database takes. */
const LOCK = 0x9e37_10e1

/** Longer than the migrations of another server take. */
const LOCK_WITHIN_MS = 120_000

/** Why a server could not be used, and what helps; by SQLSTATE, or what the socket says. */
const CURES: Record<string, string> = {
  ECONNREFUSED: 'start it, or set DATABASE_URL to where it listens',
  ENOTFOUND: 'there is no such host: set DATABASE_URL to the right one',
  '28P01': 'set DATABASE_URL to the right user and password',
  '28000': 'let this user in, or set DATABASE_URL to another one',
  '3D000': 'make it with "createdb", or set DATABASE_URL to another one',
  '42501': 'let its user create tables',
  '55P03': 'another server migrates it, or hangs while it does; end its connection where it is idle',
}

/** Without its password. */
function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    return 'in DATABASE_URL'
  }
}

function refusal(url: string, error: unknown): Error {
  const { code = '', message } = error as { code?: string; message?: string }
  const cause = String(message || code || error).split('\n', 1)[0]
  const cure = CURES[code] ?? 'look at its log'
  return new Error(`The database ${nameOf(url)} can't be used (${cause}): ${cure}`, { cause: error })
}

const hasTable = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ found: string | null }>(
    "SELECT to_regclass('_prisma_migrations') AS found",
  )
  return rows[0]?.found !== null
}

async function appliedNames(client: pg.Client): Promise<string[]> {
  if (!(await hasTable(client))) return []
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  )
  return rows.map(({ name }) => name)
}

/**
 * A server that ended in the middle of a migration: the engine would refuse to go on. What that one did is undone, since
 * a migration is one transaction (a script of several statements, by the simple query protocol), and nobody else is at it.
 */
async function forgetUnfinished(client: pg.Client): Promise<void> {
  if (await hasTable(client))
    await client.query('DELETE FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL')
}

/**
 * Applies what prisma/postgresql/migrations holds and the database lacks. Servers that start together do it once.
 * @returns the names applied
 * @throws Error with one line of cause and cure
 */
export async function migratePostgres(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(`SET lock_timeout = ${LOCK_WITHIN_MS}`)
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    const applied = await appliedNames(client)
    // A newer server may have been here: while versions change places, the older one starts on the newer schema.
    if (isComplete(applied, POSTGRESQL)) return []
    requireKnown(nameOf(url), applied, POSTGRESQL)
    await forgetUnfinished(client)
    return await withEngine(POSTGRESQL, new PrismaPg({ connectionString: url }), (engine) =>
      applyMigrations(engine, POSTGRESQL),
    )
  } catch (error) {
    throw (error as Error).message.startsWith('The database ') ? error : refusal(url, error)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * The SQL from an older text of the schema to the present one, or from nothing; empty where they agree.
 * @param url any database will do: the engine wants one, and looks at nothing in it
 */
export async function postgresStep(url: string, older: string | null): Promise<string> {
  const from: DiffTarget =
    older === null
      ? { tag: 'empty' }
      : { tag: 'schemaDatamodel', files: [{ path: 'older.prisma', content: older }] }
  const adapter = new PrismaPg({ connectionString: url })
  const { exitCode, stdout } = await withEngine(POSTGRESQL, adapter, (engine) =>
    engine.diff({
      from,
      to: { tag: 'schemaDatamodel', files: [schemaFile(POSTGRESQL)] },
      script: true,
      exitCode: true,
      filters: NO_FILTERS,
    }),
  )
  // It would need a right that the tables don't.
  return exitCode === 0 ? '' : (stdout ?? '').replace(/^-- CreateSchema\n.*\n\n/, '')
}
