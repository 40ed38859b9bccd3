import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isAppError } from '../errors'
import { join, send, sql, type Runner } from '../sql'
import { isLacking } from '../testing/lacking'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { Wire } from '../testing/wire'
import { isUniqueViolation } from './errors'
import { PostgresDatabase } from './postgres'

const STATEMENT_MS = 300
const unavailable = { code: 'unavailable', extras: { retryAfter: 2 } }

describe.skipIf(isLacking(postgresPrograms()))('PostgreSQL (needs PostgreSQL)', () => {
  let postgres: Postgres
  let wire: Wire
  let database: PostgresDatabase

  beforeAll(async () => void (postgres = await Postgres.start()), 60_000)
  afterAll(() => postgres.dispose())
  beforeEach(async () => {
    wire = await Wire.start(postgres.port)
    const url = postgres.url().replace(`:${postgres.port}/`, `:${wire.port}/`)
    database = new PostgresDatabase({ url, poolSize: 2, statementTimeoutMs: STATEMENT_MS })
  })
  afterEach(async () => {
    await database.close()
    await wire.close()
  })

  const one = (runner: Runner) => runner.$queryRaw(sql`SELECT 1 AS "one"`)
  const ask = () => database.query(one)
  const endAll = () =>
    postgres.run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')

  test.each([
    ['a move', (run: (tx: Runner) => Promise<unknown>) => database.move(run)],
    ['a write', (run: (tx: Runner) => Promise<unknown>) => database.write(run)],
  ])(
    'that goes away in the middle of %s is unavailable, and there again with the next one',
    async (_, change) => {
      const cut = change(async (tx) => {
        await one(tx)
        // Nobody listens to that connection meanwhile.
        await endAll()
        await setTimeout(50)
        return one(tx)
      })
      await expect(cut).rejects.toMatchObject(unavailable)
      expect(await ask()).toEqual([{ one: 1 }])
      expect(await change(one)).toEqual([{ one: 1 }])
    },
  )

  describe('a move sends statements without waiting', () => {
    const add = (id: number) => sql`INSERT INTO "sent" VALUES (${id})`
    const all = () => database.query((client) => client.$queryRaw(sql`SELECT "id" FROM "sent" ORDER BY "id"`))
    beforeEach(() => postgres.run('DROP TABLE IF EXISTS "sent"; CREATE TABLE "sent" ("id" int PRIMARY KEY)'))

    test('which those behind them see, and the commit keeps', async () => {
      const seen = await database.move(async (tx) => {
        for (const id of [1, 2, 3]) await send(tx, add(id))
        return tx.$queryRaw(sql`SELECT count(*) AS "count" FROM "sent"`)
      })
      expect(seen).toEqual([{ count: 3 }])
      expect(await all()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    })

    test('and where one is refused, the move is refused with its reason, and leaves nothing', async () => {
      const twice = async (tx: Runner) => {
        for (const id of [4, 4, 5]) await send(tx, add(id))
      }
      await expect(database.move(twice)).rejects.toSatisfy(isUniqueViolation)
      const andReads = (tx: Runner) => twice(tx).then(() => one(tx))
      await expect(database.move(andReads)).rejects.toSatisfy(isUniqueViolation)
      expect(await all()).toEqual([])
      expect(await database.move(one)).toEqual([{ one: 1 }])
    })

    test('and what throws takes them back', async () => {
      const reason = new Error('changed my mind')
      const changed = database.move(async (tx) => {
        await send(tx, add(6))
        throw reason
      })
      await expect(changed).rejects.toBe(reason)
      expect(await all()).toEqual([])
    })
  })

  test('that goes away while a connection rests is nothing that anybody sees', async () => {
    await Promise.all([ask(), ask()])
    await endAll()
    await setTimeout(50)
    expect(await ask()).toEqual([{ one: 1 }])
  })

  test('that refuses connections is unavailable', async () => {
    await postgres.stop('immediate')
    try {
      for (const call of [ask, () => database.move(one), () => database.write(one), () => database.read(one)])
        await expect(call()).rejects.toMatchObject(unavailable)
    } finally {
      await postgres.start()
    }
    expect(await ask()).toEqual([{ one: 1 }])
  })

  test('that takes too long for a statement is unavailable', async () => {
    const slow = database.query((client) => client.$queryRaw(sql`SELECT pg_sleep(2)::text AS "slept"`))
    await expect(slow).rejects.toMatchObject(unavailable)
    expect(await ask()).toEqual([{ one: 1 }])
  })

  test.each([
    ['is none', sql`SELEC`],
    ['asks for a table that is not there', sql`SELECT * FROM "Nothing"`],
    ['has a byte that no text may have', sql`SELECT ${'\0'}::text AS "text"`],
    ['has a number out of range', sql`SELECT ${'2147483648'}::text::int AS "number"`],
    [
      'has too many values',
      sql`SELECT 1 AS "one" WHERE '' IN (${join(Array.from({ length: 70_000 }, String))})`,
    ],
  ])('a statement that %s is a bug, not an outage', async (_, statement) => {
    const run = (runner: Runner) => runner.$queryRaw(statement)
    for (const call of ['query', 'read', 'write', 'move'] as const)
      await expect(database[call](run), call).rejects.toSatisfy((error) => !isAppError(error))
    expect(await ask()).toEqual([{ one: 1 }])
    expect(await database.move(one)).toEqual([{ one: 1 }])
  })

  test('that goes away without a sign is noticed all the same, by each that waits', async () => {
    await Promise.all([ask(), ask()])
    wire.silence()
    const since = performance.now()
    const outcomes = await Promise.allSettled([ask(), database.move(one), ask(), database.write(one)])
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable })
    expect(performance.now() - since).toBeLessThan(25_000)
    wire.speak()
    expect(await ask()).toEqual([{ one: 1 }])
    expect(database.connections()).toMatchObject({ waiting: 0 })
  }, 60_000)
})
