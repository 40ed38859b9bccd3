import { beforeEach, expect, test, vi } from 'vitest'
import { db } from './db'
import { removeOld, ROWS_PER_PART } from './parts'
import type { LoginRequest } from './generated/prisma/client'
import { moment, sql } from './sql'
import { insertMany } from './testing/history'
import { later, makeUser, NOON } from './testing/people'
import { watchTransactions } from './testing/transactions'
import { newId } from './tokens'

const OLD = 2 * ROWS_PER_PART + 300

/** Requests that run out at `at`. */
const insertRequests = (count: number, at: Date) =>
  db().move((tx) =>
    tx.$queryRaw(
      insertMany(
        sql`"LoginRequest" ("id", "state", "purpose", "desktopSecretHash", "desktopKind", "createdAt", "expiresAt")`,
        sql`CAST(${newId()} AS text) || "i", 'new', 'sign_in', 'x', 'desktop', ${moment(NOON)}, ${moment(at)}`,
        count,
      ),
    ),
  )

const remove = () => removeOld('LoginRequest', { by: 'expiresAt', before: NOON })
const left = () => db().read((client) => client.loginRequest.count())

beforeEach(async () => {
  await db().write((tx) => tx.loginRequest.deleteMany())
})

test('old rows go in parts, and what is younger stays', async () => {
  await insertRequests(OLD, later(-1))
  await insertRequests(5, NOON)
  const counts: number[] = []
  watchTransactions({ rows: (rows) => counts.push(rows.length) })
  expect(await remove()).toBe(OLD)
  expect(counts).toEqual([ROWS_PER_PART, ROWS_PER_PART, 300])
  expect(await left()).toBe(5)
})

test('the oldest go first', async () => {
  await insertRequests(ROWS_PER_PART, later(-1))
  await insertRequests(ROWS_PER_PART, later(-3))
  await insertRequests(1, later(-2))
  const oldest: number[] = []
  const also = async (_: unknown, rows: LoginRequest[]) =>
    void oldest.push(Math.min(...rows.map(({ expiresAt }) => expiresAt.getTime() - NOON.getTime())))
  await removeOld('LoginRequest', { by: 'expiresAt', before: NOON, also })
  expect(oldest).toEqual([-3_000, -2_000, -1_000])
})

test('others write between the parts', async () => {
  await insertRequests(OLD, later(-1))
  // Each part begins only once the bystander's transaction has committed.
  const bystander = vi.fn(() => makeUser())
  watchTransactions({ before: bystander })
  expect(await remove()).toBe(OLD)
  expect(bystander).toHaveBeenCalledTimes(3)
})

test('servers that sweep at the same time remove each row once', async () => {
  await insertRequests(OLD, later(-1))
  const removed = await Promise.all([remove(), remove(), remove()])
  expect(removed.reduce((sum, count) => sum + count)).toBe(OLD)
  expect(await left()).toBe(0)
})

test('a row stays for which something else is not true', async () => {
  await insertRequests(3, later(-1))
  const [kept] = await db().query((client) =>
    client.$queryRaw<{ id: string }[]>(sql`SELECT "id" FROM "LoginRequest" LIMIT 1`),
  )
  const and = sql`"id" <> ${kept?.id}`
  expect(await removeOld('LoginRequest', { by: 'expiresAt', before: NOON, and })).toBe(2)
})

test('what goes with a part goes in its transaction', async () => {
  await insertRequests(3, later(-1))
  const also = vi.fn(() => Promise.reject(new Error('not now')))
  await expect(removeOld('LoginRequest', { by: 'expiresAt', before: NOON, also })).rejects.toThrow('not now')
  expect(also).toHaveBeenCalledOnce()
  expect(await left()).toBe(3)
})
