import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { migrateSqlite, schemaDifference } from './sqlite'

let folder: string
let file: string

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'migrate-'))
  file = path.join(folder, 'test.db')
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
})

function query(sql: string): unknown {
  const database = new Database(file)
  onTestFinished(() => void database.close())
  return database.prepare(sql).raw().all()
}

test('the migrations make exactly what prisma/schema.prisma says', async () => {
  expect(await schemaDifference()).toBe('')
})

test('a new database gets every migration, in write-ahead logging', async () => {
  const applied = await migrateSqlite(file)
  expect(applied[0]).toMatch(/^\d{14}_init$/)
  expect(query('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).toEqual(
    applied.map((name) => [name]),
  )
  expect(query('SELECT count(*) FROM User')).toEqual([[0]])
  expect(query('PRAGMA journal_mode')).toEqual([['wal']])
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
})

test('the second time applies nothing and keeps what is there', async () => {
  await migrateSqlite(file)
  const before = query('SELECT id, finished_at FROM _prisma_migrations')
  expect(await migrateSqlite(file)).toEqual([])
  expect(query('SELECT id, finished_at FROM _prisma_migrations')).toEqual(before)
})

test('a database from a newer version is left alone', async () => {
  await migrateSqlite(file)
  const database = new Database(file)
  database.exec("UPDATE _prisma_migrations SET migration_name = '29990101000000_future'")
  database.close()
  await expect(migrateSqlite(file)).rejects.toThrow(
    /^The database .* has the migration 29990101000000_future, .*$/,
  )
})

test.each([
  ['in a folder that is missing', () => path.join(folder, 'missing', 'test.db'), /make its folder/],
  ['that is a folder', () => folder, /make its folder/],
  ['that is no database', () => (fs.writeFileSync(file, 'x'.repeat(4096)), file), /no SQLite database/],
])('a file %s is refused in one line with cause and cure', async (_, prepare, cure) => {
  const error = await migrateSqlite(prepare()).catch((thrown: Error) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect((error as Error).message).toMatch(cure)
  expect((error as Error).message).not.toContain('\n')
})

test('a database that another program holds is refused with the reason', { timeout: 20_000 }, async () => {
  await migrateSqlite(file)
  const holder = new Database(file)
  onTestFinished(() => void holder.close())
  holder.pragma('journal_mode = DELETE')
  holder.exec('BEGIN EXCLUSIVE')
  await expect(migrateSqlite(file)).rejects.toThrow(/another program holds it/)
})
