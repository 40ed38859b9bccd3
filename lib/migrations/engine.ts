/**
 * Prisma's own schema engine as WebAssembly: the engine that the CLI would download never is. It writes the usual
 * `_prisma_migrations` table, so that Prisma's CLI understands these databases too.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type {
  MigrationList,
  SchemaContainer,
  SchemaEngine,
} from '@prisma/schema-engine-wasm/schema_engine_bg'

const PRISMA = path.join(import.meta.dirname, '..', '..', 'prisma')
export const NO_FILTERS = { externalTables: [], externalEnums: [] }

/** Where one engine's schema and migrations are. */
export interface Source {
  provider: 'sqlite' | 'postgresql'
  /** The folder that holds `schema.prisma` and `migrations`. */
  folder: string
}

export const SQLITE: Source = { provider: 'sqlite', folder: PRISMA }
export const POSTGRESQL: Source = { provider: 'postgresql', folder: path.join(PRISMA, 'postgresql') }

/** The names of the migrations, oldest first. */
export function migrationNames({ folder }: Source): string[] {
  const migrations = path.join(folder, 'migrations')
  const names = fs.existsSync(migrations) ? fs.readdirSync(migrations) : []
  return names.filter((name) => /^\d{14}_/.test(name)).sort()
}

function migrationList(source: Source): MigrationList {
  const baseDir = path.join(source.folder, 'migrations')
  const content = (name: string) => fs.readFileSync(path.join(baseDir, name, 'migration.sql'), 'utf8')
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: `provider = "${source.provider}"\n` },
    shadowDbInitScript: '',
    migrationDirectories: migrationNames(source).map((name) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: content(name) } },
    })),
  }
}

export function schemaFile({ folder }: Source): SchemaContainer {
  const file = path.join(folder, 'schema.prisma')
  return { path: file, content: fs.readFileSync(file, 'utf8') }
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

/** Lends the engine to `work`, and closes every connection that it opened. */
export async function withEngine<T>(
  source: Source,
  adapter: SqlMigrationAwareDriverAdapterFactory,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await (engineModule ??= loadEngine())
  const connections: { dispose(): Promise<void> }[] = []
  const remember = <C extends { dispose(): Promise<void> }>(connection: C) => {
    connections.push(connection)
    return connection
  }
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connect: async () => remember(await adapter.connect()),
    connectToShadowDb: async () => remember(await adapter.connectToShadowDb()),
  })
  const { path: file, content } = schemaFile(source)
  try {
    const engine = await SchemaEngine.new({ datamodels: [[file, content]] }, () => {}, factory)
    return await work(engine)
  } finally {
    await Promise.allSettled(connections.map((connection) => connection.dispose()))
  }
}

/** Applies what the database lacks; answers with the names. */
export async function applyMigrations(engine: SchemaEngine, source: Source): Promise<string[]> {
  const applied = await engine.applyMigrations({
    migrationsList: migrationList(source),
    filters: NO_FILTERS,
  })
  return applied.appliedMigrationNames
}

/** The SQL from what the engine's database is to the schema; empty where they agree. */
export async function differenceTo(engine: SchemaEngine, source: Source): Promise<string> {
  const result = await engine.diff({
    from: { tag: 'schemaDatasource', files: [schemaFile(source)], configDir: source.folder },
    to: { tag: 'schemaDatamodel', files: [schemaFile(source)] },
    script: true,
    exitCode: true,
    filters: NO_FILTERS,
  })
  return result.exitCode === 0 ? '' : (result.stdout ?? '')
}

/** @throws Error where the database has had a migration that this version does not know */
export function requireKnown(what: string, applied: string[], source: Source): void {
  const names = migrationNames(source)
  const unknown = applied.find((name) => !names.includes(name))
  if (unknown)
    throw new Error(
      `The database ${what} has the migration ${unknown}, which this version doesn't know: start the version that made it, or use another database`,
    )
}

/** True where the database has had every migration. */
export const isComplete = (applied: string[], source: Source): boolean =>
  migrationNames(source).every((name) => applied.includes(name))
