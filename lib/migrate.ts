/**
 * Migrations on Prisma's own schema engine as WebAssembly: the engine that the CLI would download never is.
 * Writes the usual `_prisma_migrations` table, so that Prisma's CLI understands these databases too.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type {
  MigrationList,
  SchemaContainer,
  SchemaEngine,
} from '@prisma/schema-engine-wasm/schema_engine_bg'
import Database from 'better-sqlite3'

const PRISMA = path.join(import.meta.dirname, '..', 'prisma')
const MIGRATIONS = path.join(PRISMA, 'migrations')
const NO_FILTERS = { externalTables: [], externalEnums: [] }

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

function migrationNames(): string[] {
  const names = fs.existsSync(MIGRATIONS) ? fs.readdirSync(MIGRATIONS) : []
  return names.filter((name) => /^\d{14}_/.test(name)).sort()
}

function migrationList(): MigrationList {
  const content = (name: string) => fs.readFileSync(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8')
  return {
    baseDir: MIGRATIONS,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "sqlite"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrationNames().map((name) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: content(name) } },
    })),
  }
}

function schemaFile(): SchemaContainer {
  const file = path.join(PRISMA, 'schema.prisma')
  return { path: file, content: fs.readFileSync(file, 'utf8') }
}

/** Lends the engine to `work`, and closes every connection that it opened. */
async function withEngine<T>(databaseFile: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await (engineModule ??= loadEngine())
  const connections: { dispose(): Promise<void> }[] = []
  const remember = <C extends { dispose(): Promise<void> }>(connection: C) => {
    connections.push(connection)
    return connection
  }
  const adapter = new PrismaBetterSqlite3({ url: `file:${databaseFile}` })
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connect: async () => remember(await adapter.connect()),
    connectToShadowDb: async () => remember(await adapter.connectToShadowDb()),
  })
  const { path: file, content } = schemaFile()
  try {
    const engine = await SchemaEngine.new({ datamodels: [[file, content]] }, () => {}, factory)
    return await work(engine)
  } finally {
    await Promise.allSettled(connections.map((connection) => connection.dispose()))
  }
}

interface Glue {
  SchemaEngine: { new: (...args: unknown[]) => Promise<SchemaEngine> }
  __wbg_set_wasm: (exports: WebAssembly.Exports) => void
}

// Once per process: the glue keeps views of the first instance's memory.
let engineModule: Promise<Glue> | undefined

async function loadEngine(): Promise<Glue> {
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Glue
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = fs.readFileSync(path.join(path.dirname(script), 'schema_engine_bg.wasm'))
  const imports = { './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports }
  const { instance } = await WebAssembly.instantiate(bytes, imports)
  glue.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start as () => void
  start()
  return glue
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

/**
 * Applies what prisma/migrations holds and the database lacks; makes the database where there is none.
 * The engine is loaded only when something is missing.
 * @returns the names applied
 * @throws Error with one line of cause and cure
 */
export async function migrate(databaseFile: string): Promise<string[]> {
  const names = migrationNames()
  let applied: string[]
  try {
    applied = appliedNames(databaseFile)
  } catch (error) {
    throw refusal(databaseFile, error)
  }
  const unknown = applied.filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw new Error(
      `The database ${databaseFile} has the migration ${unknown[0]}, which this version doesn't know: start the version that made it, or use another database`,
    )
  if (names.every((name) => applied.includes(name))) return []
  try {
    const result = await withEngine(databaseFile, (engine) =>
      engine.applyMigrations({ migrationsList: migrationList(), filters: NO_FILTERS }),
    )
    return result.appliedMigrationNames
  } catch (error) {
    throw refusal(databaseFile, error)
  }
}

/** The SQL from what the migrations make to prisma/schema.prisma; empty when they agree. */
export async function schemaDifference(): Promise<string> {
  // Prisma's own way, a diff from "migrations", hands SQLite many statements at once, which better-sqlite3 refuses.
  const result = await withEngine(':memory:', async (engine) => {
    await engine.applyMigrations({ migrationsList: migrationList(), filters: NO_FILTERS })
    return engine.diff({
      from: { tag: 'schemaDatasource', files: [schemaFile()], configDir: PRISMA },
      to: { tag: 'schemaDatamodel', files: [schemaFile()] },
      script: true,
      exitCode: true,
      filters: NO_FILTERS,
    })
  })
  return result.exitCode === 0 ? '' : (result.stdout ?? '')
}
