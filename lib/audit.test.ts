import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { auditCounted, type AuditEntry } from './audit'
import { db } from './db'
import { lockAccount } from './sessions/account'
import { DESKTOP, later, makeUser, NOON } from './testing/people'

const ROOT = path.join(import.meta.dirname, '..')
const FOLDERS = ['app', 'components', 'lib', 'scripts', 'server']
/** By a model, by a statement, and by the helper that removes old rows. */
const CHANGES =
  /\bauditEvent\s*\.\s*(update|delete|upsert)|\b(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?AuditEvent\b|\bremoveOld\(\s*'AuditEvent'/i

const sources = FOLDERS.flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name)),
).filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !/\.test\.|^lib\/(generated|testing)\//.test(name))

const COUNTS = 'UPDATE "AuditEvent" SET "count" = "count" + 1 WHERE'

test('nothing changes or removes an entry of the audit trail, but the sweep that removes old ones, and counts', () => {
  const read = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8')
  expect(sources.filter((name) => read(name).includes(COUNTS))).toEqual(['lib/audit.ts'])
  const changing = sources.filter((name) => CHANGES.test(read(name).replace(COUNTS, '')))
  expect(changing).toEqual(['lib/sweep.ts'])
})

describe('what anybody may bring about again and again', () => {
  let userId: string
  beforeEach(async () => {
    userId = (await makeUser()).id
  })

  const CALLER = { address: '203.0.113.7', device: DESKTOP.agent }
  const failed = (now: Date, entry: Partial<AuditEntry> = {}) =>
    db().move(async (tx) => {
      const account = await lockAccount(tx, { id: userId }, NOON)
      await auditCounted(tx, account, now, { type: 'sign_in_failed', ...CALLER, ...entry })
    })
  const entries = () =>
    db().read((client) => client.auditEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } }))
  const counts = async () => (await entries()).map(({ count }) => count)

  test('is one entry for a quarter of an hour, with its count', async () => {
    for (const seconds of [0, 1, 899, 900, 901]) await failed(later(seconds))
    expect(await entries()).toMatchObject([
      { at: NOON, type: 'sign_in_failed', address: '203.0.113.7', deviceBrowser: 'Chrome', count: 3 },
      { at: later(900), count: 2 },
    ])
  })

  test('is another entry where anything but the time differs', async () => {
    await failed(NOON)
    await failed(NOON, { address: '203.0.113.8' })
    await failed(NOON, { address: null })
    await failed(NOON, { address: null })
    await failed(NOON, { device: { kind: 'phone', browser: 'Safari', system: 'iOS' } })
    await failed(NOON, { type: 'password_failed', sessionId: 'A'.repeat(22) })
    await failed(NOON, { type: 'password_failed', sessionId: 'B'.repeat(22) })
    expect(await counts()).toEqual([1, 1, 2, 1, 1, 1])
  })

  test('is one entry of twenty at once too', async () => {
    await Promise.all(Array.from({ length: 20 }, () => failed(NOON)))
    expect(await counts()).toEqual([20])
  })
})
