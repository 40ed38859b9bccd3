/**
 * `npm run migration -- NAME`: writes the step from what the migrations make to prisma/schema.prisma, for both kinds of
 * database, and the schema's twin with it. It takes PostgreSQL's programs, for a server of its own.
 */
import fs from 'node:fs'
import path from 'node:path'
import { POSTGRESQL, schemaFile, SQLITE, type Source } from '../lib/migrations/engine'
import { postgresStep } from '../lib/migrations/postgres'
import { schemaDifference } from '../lib/migrations/sqlite'
import { twinOf } from '../lib/migrations/twin'
import { Postgres } from '../lib/testing/postgres'

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

const [name] = process.argv.slice(2)
if (!name || !/^[a-z0-9_]+$/.test(name))
  fail(
    'Give the migration a name of small letters, digits and underscores: npm run migration -- add_something',
  )

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)

function write({ folder, provider }: Source, sql: string): void {
  const migrations = path.join(folder, 'migrations')
  const file = path.join(migrations, `${stamp}_${name}`, 'migration.sql')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, sql)
  fs.writeFileSync(path.join(migrations, 'migration_lock.toml'), `provider = "${provider}"\n`)
  console.log(`Wrote ${path.relative('.', file)}: read it before you commit it`)
}

const older = schemaFile(POSTGRESQL)
fs.writeFileSync(older.path, twinOf(schemaFile(SQLITE).content))
const postgres = await Postgres.start()
const steps = [
  [SQLITE, await schemaDifference()],
  [POSTGRESQL, await postgresStep(postgres.url(), older.content)],
] as const
await postgres.dispose()
if (steps.every(([, sql]) => sql === ''))
  fail('Nothing to do: the migrations already make what prisma/schema.prisma says')
for (const [source, sql] of steps) if (sql !== '') write(source, sql)
