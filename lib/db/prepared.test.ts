import Sqlite from 'better-sqlite3'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { settings } from '../env'
import { Prisma, type LoginRequest } from '../generated/prisma/client'
import { PreparedStatements } from './prepared'
import { insertInto, join, sql, type Runner, type Statement } from '../sql'
import { databaseFile } from '../testing/database'
import { later, letIn, makePhone, makeUser, NOON, open } from '../testing/people'
import { newId } from '../tokens'

let prepared: PreparedStatements
beforeEach(() => void (prepared = new PreparedStatements(databaseFile(), 100)))
afterEach(() => prepared.close())

const requestData = (dates: Partial<LoginRequest> = {}) => ({
  id: newId(),
  state: 'new',
  purpose: 'sign_in',
  desktopSecretHash: 'x',
  desktopKind: 'desktop',
  createdAt: NOON,
  expiresAt: NOON,
  ...dates,
})
type NewRequest = ReturnType<typeof requestData>

const byModels = (data: NewRequest) => db().write((tx) => tx.loginRequest.create({ data }))
const byStatements = (data: NewRequest) => prepared.$queryRaw(insertInto('LoginRequest', data))
const byPrismasStatements = (data: NewRequest) =>
  db().write((tx) => tx.$queryRaw(insertInto('LoginRequest', data)))

const askPrisma = <Rows>(statement: Statement) => db().read((client) => client.$queryRaw<Rows>(statement))
const askPrepared = <Rows>(statement: Statement) => prepared.$queryRaw<Rows>(statement)

const WRITERS = [
  { writer: 'models', write: byModels },
  { writer: 'prepared statements', write: byStatements },
  { writer: 'Prisma’s statements', write: byPrismasStatements },
]

describe.each(WRITERS)('dates that were written by $writer', ({ write }) => {
  const rowsOf = async (id: string) => {
    const select = sql`SELECT * FROM "LoginRequest" WHERE "id" = ${id}`
    return Promise.all([
      db().read((client) => client.loginRequest.findMany({ where: { id } })),
      askPrisma<LoginRequest[]>(select),
      askPrepared<LoginRequest[]>(select),
    ])
  }

  test.each([
    '2026-03-01T12:00:00.000Z',
    '2026-03-01T12:00:00.001Z',
    '2026-03-01T11:59:59.999Z',
    '2024-02-29T23:59:59.900Z',
    '1970-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999Z',
  ])('are read as they were, whoever reads: %s', async (text) => {
    const date = new Date(text)
    const data = requestData({ createdAt: date, expiresAt: date, scannedAt: date })
    await write(data)
    for (const [row] of await rowsOf(data.id)) {
      expect(row).toMatchObject(data)
      expect(row!.scannedAt).toBeInstanceOf(Date)
    }
  })

  test('stay null where they are null', async () => {
    const data = requestData({ scannedAt: null, confirmedAt: later(1) })
    await write(data)
    for (const [row] of await rowsOf(data.id))
      expect(row).toMatchObject({ scannedAt: null, confirmedAt: later(1), consumedAt: null })
  })

  test.each([
    ['before', -1, { sooner: true, same: false, later: false }],
    ['at', 0, { sooner: false, same: true, later: false }],
    ['after', 1, { sooner: false, same: false, later: true }],
  ])('compare right one millisecond %s another', async (_, milliseconds, expected) => {
    for (const now of [NOON, new Date(NOON.getTime() + 999)]) {
      const expiresAt = new Date(now.getTime() + milliseconds)
      const data = requestData({ expiresAt })
      await write(data)
      const { id } = data
      const among = (condition: Statement) =>
        sql`SELECT "id" FROM "LoginRequest" WHERE "id" = ${id} AND ${condition}`
      for (const ask of [askPrisma, askPrepared]) {
        const holds = async (condition: Statement) => (await ask<unknown[]>(among(condition))).length === 1
        expect({
          sooner: await holds(sql`"expiresAt" < ${now}`),
          same: await holds(sql`"expiresAt" = ${now}`),
          later: await holds(sql`"expiresAt" > ${now}`),
        }).toEqual(expected)
        expect(await holds(sql`"expiresAt" <= ${now}`)).toBe(!expected.later)
        expect(await holds(sql`"expiresAt" >= ${now}`)).toBe(!expected.sooner)
      }
      const count = (where: Prisma.DateTimeFilter) =>
        db().read((client) => client.loginRequest.count({ where: { id, expiresAt: where } }))
      expect({
        sooner: (await count({ lt: now })) === 1,
        same: (await count({ equals: now })) === 1,
        later: (await count({ gt: now })) === 1,
      }).toEqual(expected)
    }
  })

  test('are in order with those that others wrote', async () => {
    const purpose = newId()
    const dates = [0, 1, 10, 999, 1_000, 60_000].map(
      (milliseconds) => new Date(NOON.getTime() + milliseconds),
    )
    for (const [index, createdAt] of [...dates.entries()].reverse())
      await (index % 2 === 0 ? write : byModels)({ ...requestData({ createdAt }), purpose })
    const rows = await askPrepared<{ createdAt: Date }[]>(
      sql`SELECT "createdAt" FROM "LoginRequest" WHERE "purpose" = ${purpose} ORDER BY "createdAt"`,
    )
    expect(rows.map(({ createdAt }) => createdAt)).toEqual(dates)
  })
})

test('dates can be asked for in lists', async () => {
  const purpose = newId()
  for (const seconds of [1, 2, 3]) await byModels({ ...requestData({ scannedAt: later(seconds) }), purpose })
  const rows = await askPrepared(
    sql`SELECT "scannedAt" FROM "LoginRequest" WHERE "purpose" = ${purpose}
        AND "scannedAt" IN (${join([later(1), later(3)])}) ORDER BY "scannedAt"`,
  )
  expect(rows).toEqual([{ scannedAt: later(1) }, { scannedAt: later(3) }])
})

describe('what a statement brings is what Prisma brings', () => {
  beforeEach(async () => {
    const user = await makeUser('O’Hara "Scarlett"')
    await letIn(await makePhone(user.id))
    await makePhone(user.id)
    await open()
  })

  test.each(['User', 'Device', 'Session', 'LoginRequest', 'AuditEvent'])(
    'for all of table %s',
    async (table) => {
      const select = sql`SELECT * FROM ${Prisma.raw(`"${table}"`)}`
      const rows = await askPrepared<unknown[]>(select)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows).toStrictEqual(await askPrisma(select))
    },
  )

  test.each<[string, Statement]>([
    [
      'columns of several tables',
      sql`SELECT s.*, u."name" FROM "Session" s JOIN "User" u ON u."id" = s."userId"`,
    ],
    ['other names', sql`SELECT "createdAt" AS "since", "disabledAt" AS "until", "name" AS "who" FROM "User"`],
    [
      'a row that is not there',
      sql`SELECT d.* FROM "User" u LEFT JOIN "Device" d ON d."id" = 'nothing' AND d."userId" = u."id"`,
    ],
    [
      'a nested select',
      sql`SELECT * FROM (SELECT "expiresAt", "revision" FROM "LoginRequest") WHERE "revision" > 1`,
    ],
    [
      'computed texts and fractions',
      sql`SELECT max("createdAt") AS "a", 'x' || "name" AS "b", 1.5 AS "c", NULL AS "d" FROM "User"`,
    ],
    [
      'bound values',
      sql`SELECT ${'text'} AS "a", ${null} AS "b", ${1.5} AS "c", ${NOON} AS "d", typeof(${2}) AS "e"`,
    ],
    ['no rows', sql`SELECT * FROM "User" WHERE "id" = 'nobody'`],
  ])('for %s', async (_, select) => {
    expect(await askPrepared(select)).toStrictEqual(await askPrisma(select))
  })

  test.each<[string, (id: string) => Statement, number]>([
    [
      'UPDATE … RETURNING',
      (id) => sql`UPDATE "LoginRequest" SET "scannedAt" = ${later(3)} WHERE "id" = ${id} RETURNING *`,
      1,
    ],
    [
      'UPDATE … RETURNING of no row',
      (id) => sql`UPDATE "LoginRequest" SET "kind" = ${id} WHERE "id" = 'nothing' RETURNING *`,
      0,
    ],
    ['UPDATE', (id) => sql`UPDATE "LoginRequest" SET "scannedAt" = ${later(3)} WHERE "id" = ${id}`, 0],
    ['DELETE', (id) => sql`DELETE FROM "LoginRequest" WHERE "id" = ${id}`, 0],
    [
      'DELETE … RETURNING',
      (id) => sql`DELETE FROM "LoginRequest" WHERE "id" = ${id} RETURNING "id", "createdAt", "scannedAt"`,
      1,
    ],
  ])('for %s', async (_, statement, count) => {
    const data = requestData()
    const runAndTakeBack = async (change: (run: (tx: Runner) => Promise<never>) => Promise<never>) => {
      let rows: unknown
      const failed = change(async (tx) => {
        rows = await tx.$queryRaw(statement(data.id))
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      return rows
    }
    await byModels(data)
    const rows = await runAndTakeBack((run) => db().move(run))
    expect(rows).toHaveLength(count)
    expect(rows).toStrictEqual(await runAndTakeBack((run) => db().write(run)))
  })
})

test('whole numbers are numbers, computed ones as well', async () => {
  await open()
  const [row] = await askPrepared<Record<string, unknown>[]>(
    sql`SELECT "revision", count(*) AS "count", 3000000000 AS "large" FROM "LoginRequest"`,
  )
  expect(row).toMatchObject({ revision: 1, large: 3_000_000_000 })
  expect(row!.count).toBeTypeOf('number')
})

describe('more different statements than are kept', () => {
  const echo = (index: number) => sql`SELECT ${index} AS ${Prisma.raw(`"n${index}"`)}, ${'bound'} AS "text"`

  test('all work, and again when they come back', async () => {
    for (const round of [1, 2])
      for (let index = 0; index < 1_200; index++) {
        expect(await askPrepared(echo(index)), `round ${round}`).toEqual([
          { [`n${index}`]: index, text: 'bound' },
        ])
        if (index % 100 === 0) expect(await askPrepared(echo(0))).toEqual([{ n0: 0, text: 'bound' }])
      }
  })

  test('are prepared anew, and the rest once', async () => {
    const prepare = vi.spyOn(Sqlite.prototype, 'prepare')
    for (let time = 0; time < 3; time++) await askPrepared(echo(0))
    expect(prepare).toHaveBeenCalledTimes(1)
    for (let index = 1; index <= 500; index++) await askPrepared(echo(index))
    await askPrepared(echo(0))
    expect(prepare).toHaveBeenCalledTimes(502)
  })

  test('do no harm to the transaction that they are in', async () => {
    const data = [requestData(), requestData(), requestData()]
    const works = data.map((row, work) => async (tx: Runner) => {
      await tx.$queryRaw(insertInto('LoginRequest', row))
      for (let index = 0; index < 600; index++) await tx.$queryRaw(echo(work * 600 + index))
      if (work === 1) throw new Error('changed my mind')
    })
    const results = await prepared.transact(works)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const ids = data.map(({ id }) => id)
    const rows = await askPrisma<{ id: string }[]>(
      sql`SELECT "id" FROM "LoginRequest" WHERE "id" IN (${join(ids)})`,
    )
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([ids[0], ids[2]]))
  })

  test('are also lists of every length', async () => {
    const data = requestData()
    await byStatements(data)
    for (let length = 1; length <= 600; length++) {
      const ids = [...Array.from({ length: length - 1 }, (_, index) => `no-${index}`), data.id]
      const select = sql`SELECT "id" FROM "LoginRequest" WHERE "id" IN (${join(ids)})`
      expect(await askPrepared(select)).toEqual([{ id: data.id }])
    }
  })
})

describe('a transaction', () => {
  const add = (data: NewRequest) => (tx: Runner) => tx.$queryRaw(insertInto('LoginRequest', data))
  const count = (ids: string[]) =>
    db().read((client) => client.loginRequest.count({ where: { id: { in: ids } } }))

  test('of nothing is nothing', async () => {
    expect(await prepared.transact([])).toEqual([])
  })

  test('answers with the result of each work, in order', async () => {
    const reason = new Error('changed my mind')
    const results = await prepared.transact<number>([
      async () => 1,
      async () => {
        throw reason
      },
      () => {
        throw reason
      },
      async () => 4,
    ])
    expect(results).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason },
      { status: 'rejected', reason },
      { status: 'fulfilled', value: 4 },
    ])
  })

  test('runs one work after the other', async () => {
    const steps: string[] = []
    const work = (name: string) => async (tx: Runner) => {
      steps.push(`${name} begins`)
      await tx.$queryRaw(sql`SELECT 1`)
      await new Promise(setImmediate)
      steps.push(`${name} ends`)
    }
    await prepared.transact([work('first'), work('second')])
    expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })

  test('can be followed by another after a fault, and leaves nothing of itself', async () => {
    const [first, second] = [requestData(), requestData()]
    const fault = async (tx: Runner) => {
      await tx.$queryRaw(sql`PRAGMA query_only = ON`)
      await add(requestData())(tx)
    }
    await expect(prepared.transact([add(first), fault])).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
    await prepared.$queryRaw(sql`PRAGMA query_only = OFF`)
    await prepared.transact([add(second)])
    expect(await count([first.id])).toBe(0)
    expect(await count([second.id])).toBe(1)
  })

  test('waits for a lock no longer than it was told, runs nothing, and begins once the lock is gone', async () => {
    const hasty = new PreparedStatements(databaseFile(), 1)
    const other = new Sqlite(databaseFile())
    const data = requestData()
    let runs = 0
    const work = (tx: Runner) => {
      runs++
      return add(data)(tx)
    }
    try {
      other.exec('BEGIN IMMEDIATE')
      await expect(hasty.transact([work])).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
      other.exec('ROLLBACK')
      expect(runs).toBe(0)
      await hasty.transact([work])
      expect(await count([data.id])).toBe(1)
    } finally {
      other.close()
      hasty.close()
    }
  })
})

test('a file that is not there is missed at the first use, at each, and not before', async () => {
  const lost = new PreparedStatements(path.join(settings().dataDir, 'no-such-folder', 'lost.db'), 100)
  for (const use of [() => lost.$queryRaw(sql`SELECT 1`), () => lost.transact([]), () => lost.transact([])])
    await expect(use()).rejects.toMatchObject({ name: 'SqliteError', code: 'SQLITE_CANTOPEN' })
  lost.close()
})

test('what can’t be bound is a bug, and nothing is written', async () => {
  const data = { ...requestData(), reason: true as unknown as string }
  await expect(byStatements(data)).rejects.toThrow(TypeError)
  await expect(byStatements(requestData({ createdAt: new Date(NaN) }))).rejects.toThrow(RangeError)
  expect(await askPrepared(sql`SELECT "id" FROM "LoginRequest" WHERE "id" = ${data.id}`)).toEqual([])
})
