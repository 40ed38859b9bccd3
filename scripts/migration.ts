/** `npm run migration -- NAME`: writes a new migration, the step from what the migrations make to prisma/schema.prisma. */
import fs from 'node:fs'
import path from 'node:path'
import { schemaDifference } from '../lib/migrations/sqlite'

const MIGRATIONS = path.join(import.meta.dirname, '..', 'prisma', 'migrations')

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

const [name] = process.argv.slice(2)
if (!name || !/^[a-z0-9_]+$/.test(name))
  fail(
    'Give the migration a name of small letters, digits and underscores: npm run migration -- add_something',
  )

const sql = await schemaDifference()
if (sql === '') fail('Nothing to do: the migrations already make what prisma/schema.prisma says')

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
const folder = path.join(MIGRATIONS, `${stamp}_${name}`)
fs.mkdirSync(folder, { recursive: true })
fs.writeFileSync(path.join(folder, 'migration.sql'), sql)
fs.writeFileSync(path.join(MIGRATIONS, 'migration_lock.toml'), 'provider = "sqlite"\n')
console.log(`Wrote ${path.relative('.', folder)}/migration.sql: read it before you commit it`)
