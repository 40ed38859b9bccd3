/** Sessions that were there before sessions kept what was proven in them. */
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { isLacking } from '../testing/lacking'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { migrationNames, POSTGRESQL, SQLITE, type Source } from './engine'

type Run = (sql: string) => unknown[] | Promise<unknown[]>

const CREATED = '2026-03-01T12:00:00.123'
const GIVEN = '2026-03-02T08:30:00.456'
/** Each: how it was made, when the password was given again, and what it has proven. */
const SESSIONS = [
  ['password', null, `{"password":"${CREATED}Z"}`],
  ['password', GIVEN, `{"password":"${GIVEN}Z"}`],
  ['qr', null, '{}'],
  ['qr', GIVEN, `{"password":"${GIVEN}Z"}`],
  ['passkey', null, '{}'],
] as const

/** Goes the whole way, with rows that were there before the step. */
async function upgrade(run: Run, source: Source, time: (iso: string) => string): Promise<unknown[]> {
  const names = migrationNames(source)
  const step = names.findIndex((name) => name.endsWith('_session_factors'))
  const apply = async (some: string[]) => {
    for (const name of some)
      await run(fs.readFileSync(path.join(source.folder, 'migrations', name, 'migration.sql'), 'utf8'))
  }
  await apply(names.slice(0, step))
  const at = time(CREATED)
  await run(`
    INSERT INTO "User" ("id", "email", "name", "passwordHash", "createdAt") VALUES ('u', 'e', 'n', 'h', ${at});
    INSERT INTO "Device" ("id", "userId", "secretHash", "kind", "createdAt") VALUES ('d', 'u', 'h', 'phone', ${at});
    ${SESSIONS.map(
      ([method, given], index) => `
        INSERT INTO "Session" ("id", "secretHash", "userId", "deviceId", "method", "kind", "createdAt", "expiresAt",
          "reauthenticatedAt")
        VALUES ('${index}', 'h', 'u', 'd', '${method}', 'own', ${at}, ${at}, ${given ? time(given) : 'NULL'});`,
    ).join('')}`)
  await apply(names.slice(step))
  return run('SELECT "method", "factors" FROM "Session" ORDER BY "id"')
}

const EXPECTED = SESSIONS.map(([method, , factors]) => ({ method, factors }))

test('have proven the password when they were made or when it was given again, in SQLite', async () => {
  const database = new Database(':memory:')
  const run: Run = (sql) => (/^SELECT/.test(sql) ? database.prepare(sql).all() : (database.exec(sql), []))
  expect(await upgrade(run, SQLITE, (iso) => `'${iso}+00:00'`)).toEqual(EXPECTED)
  database.close()
})

describe.skipIf(isLacking(postgresPrograms()))('in PostgreSQL (needs PostgreSQL)', () => {
  test('have proven the same', { timeout: 60_000 }, async () => {
    const postgres = await Postgres.start()
    try {
      await postgres.run('CREATE DATABASE old')
      const run: Run = async (sql) => (await postgres.run(sql, 'old')).rows as unknown[]
      expect(await upgrade(run, POSTGRESQL, (iso) => `'${iso}'`)).toEqual(EXPECTED)
    } finally {
      await postgres.dispose()
    }
  })
})
