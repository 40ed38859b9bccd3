import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { db } from '../db'
import { settings } from '../env'
import { backUp, BackupError } from './backup'

let parent: string
let folder: string
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'backup-'))
  folder = path.join(parent, 'monday')
  return () => fs.rmSync(parent, { recursive: true })
})

const note = (type: string) => db().write((tx) => tx.auditEvent.create({ data: { type, at: new Date() } }))

function typesIn(file: string): string[] {
  const database = new Database(file, { readonly: true })
  const rows = database.prepare('SELECT type FROM AuditEvent ORDER BY id').all() as { type: string }[]
  database.close()
  return rows.map(({ type }) => type)
}

const modeOf = (file: string) => fs.statSync(file).mode & 0o777

test('holds what was committed, and is its owner’s alone', async () => {
  await note('before')
  const { bytes } = backUp(settings(), folder)
  await note('after')
  const copy = path.join(folder, 'qr-login.db')
  expect(typesIn(copy)).toEqual(['before'])
  expect([modeOf(folder), modeOf(copy)]).toEqual([0o700, 0o600])
  expect(bytes).toBe(fs.statSync(copy).size)
  expect(fs.readdirSync(parent)).toEqual(['monday'])
})

test('has nothing of a transaction that is open, and doesn’t wait for it', async () => {
  await db().write(async (tx) => {
    await tx.auditEvent.create({ data: { type: 'open', at: new Date() } })
    backUp(settings(), folder)
  })
  expect(typesIn(path.join(folder, 'qr-login.db'))).not.toContain('open')
})

test('takes the secret along where it is a file', () => {
  expect(backUp(settings(), folder).withSecret).toBe(false)
  const dataDir = path.join(parent, 'data')
  fs.mkdirSync(dataDir)
  fs.writeFileSync(path.join(dataDir, 'auth-secret'), 'secret', { mode: 0o600 })
  const other = path.join(parent, 'tuesday')
  expect(backUp({ ...settings(), dataDir }, other).withSecret).toBe(true)
  expect(fs.readFileSync(path.join(other, 'auth-secret'), 'utf8')).toBe('secret')
  expect(modeOf(path.join(other, 'auth-secret'))).toBe(0o600)
})

test('replaces nothing', () => {
  fs.mkdirSync(folder)
  expect(() => backUp(settings(), folder)).toThrow(BackupError)
  expect(fs.readdirSync(folder)).toEqual([])
})

test('leaves nothing behind where it fails', () => {
  const damaged = path.join(parent, 'damaged.db')
  fs.writeFileSync(damaged, 'no database at all')
  const database = { engine: 'sqlite' as const, file: damaged }
  expect(() => backUp({ ...settings(), database }, folder)).toThrow(/not a database/)
  expect(fs.readdirSync(parent)).toEqual(['damaged.db'])
})

test('leaves PostgreSQL to its own programs', () => {
  const database = { engine: 'postgresql' as const, url: '', poolSize: 2, statementTimeoutMs: 1 }
  expect(() => backUp({ ...settings(), database }, folder)).toThrow(/pg_dump/)
})
