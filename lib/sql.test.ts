import { beforeEach, describe, expect, test } from 'vitest'
import { db } from './db'
import type { LoginRequest } from './generated/prisma/client'
import { assign, columns, insertInto, matches, sql, type Condition, type Runner } from './sql'
import { later, NOON } from './testing/people'
import { newId } from './tokens'

const requestData = (id = newId()) => ({
  id,
  state: 'new',
  purpose: 'sign_in',
  desktopSecretHash: 'x',
  desktopKind: 'desktop',
  createdAt: NOON,
  expiresAt: later(120),
})

const AWKWARD = [
  `it's "quoted"`,
  `'; DROP TABLE "LoginRequest"; --`,
  `" = '' OR 1=1 --`,
  '? ?1 :name @name $name ${name}',
  '%_\\ \n\r\t',
  'null',
  'Zoë 漢字 👩‍💻 \u202e',
  '',
]

describe.each<[string, <T>(run: (tx: Runner) => Promise<T>) => Promise<T>]>([
  ['Prisma', (run) => db().write(run)],
  ['prepared statements', (run) => db().move(run)],
])('by %s', (_, change) => {
  const select = (where: Condition<'LoginRequest'>) =>
    change((tx) =>
      tx.$queryRaw<LoginRequest[]>(
        sql`SELECT * FROM "LoginRequest" WHERE ${matches<'LoginRequest'>(where)} ORDER BY "id"`,
      ),
    )
  const insert = (row: Partial<LoginRequest>) => change((tx) => tx.$queryRaw(insertInto('LoginRequest', row)))
  const update = (id: string, row: Partial<LoginRequest>) =>
    change((tx) =>
      tx.$queryRaw(
        sql`UPDATE "LoginRequest" SET ${assign<'LoginRequest'>(row)} WHERE ${matches<'LoginRequest'>({ id })}`,
      ),
    )
  const find = (id: string) => db().read((client) => client.loginRequest.findUniqueOrThrow({ where: { id } }))

  describe('insertInto', () => {
    test('writes the row, and columns that are left out get their default', async () => {
      const row = { ...requestData(), reason: 'declined', staySeconds: 60, scannedAt: later(1) }
      await insert(row)
      expect(await find(row.id)).toEqual({
        ...row,
        revision: 1,
        userCodeHash: null,
        desktopBrowser: null,
        desktopSystem: null,
        desktopAddress: null,
        desktopDeviceId: null,
        desktopDeviceHash: null,
        browserId: null,
        scanTokenHash: null,
        scanUserId: null,
        scanSessionId: null,
        presentedBy: null,
        kind: null,
        risk: null,
        proofs: '',
        knownDeviceId: null,
        number: null,
        numberChoices: null,
        codeHash: null,
        codeTries: 0,
        confirmedAt: null,
        consumedAt: null,
      })
    })

    test('takes columns in any order', async () => {
      const row = requestData()
      await insert(Object.fromEntries(Object.entries(row).reverse()))
      expect(await find(row.id)).toMatchObject(row)
    })

    test.each(AWKWARD)('keeps a value as it is: %j', async (value) => {
      const row = { ...requestData(), reason: value }
      await insert(row)
      expect(await find(row.id)).toMatchObject(row)
    })
  })

  describe('assign', () => {
    test('changes the columns that it names, and no others', async () => {
      const row = { ...requestData(), reason: 'declined', kind: 'derived' }
      await insert(row)
      const before = await find(row.id)
      const changes = { state: 'scanned', reason: null, revision: 7, scannedAt: later(5) }
      await update(row.id, changes)
      expect(await find(row.id)).toEqual({ ...before, ...changes })
    })

    test.each(AWKWARD)('keeps a value as it is: %j', async (value) => {
      const row = requestData()
      await insert(row)
      await update(row.id, { reason: value })
      expect(await find(row.id)).toMatchObject({ ...row, reason: value })
    })
  })

  describe('matches', () => {
    const purpose = newId()
    const found = async (where: Condition<'LoginRequest'>) =>
      (await select({ purpose, ...where })).map(({ id }) => id.slice(0, 1))

    beforeEach(async () => {
      await change((tx) => tx.$queryRaw(sql`DELETE FROM "LoginRequest"`))
      const row = (letter: string) => ({ ...requestData(letter + newId()), purpose })
      await insert({ ...row('A'), state: 'new', expiresAt: later(1) })
      await insert({ ...row('B'), state: 'scanned', reason: 'declined', expiresAt: later(2) })
      await insert({ ...row('C'), state: 'confirmed', reason: 'expired', revision: 3, expiresAt: later(3) })
      await insert({ ...requestData(`D${newId()}`), purpose: 'another' })
    })

    test.each<[string, Condition<'LoginRequest'>, string[]]>([
      ['a value', { state: 'scanned' }, ['B']],
      ['a value that no row has', { state: 'consumed' }, []],
      ['a number', { revision: 3 }, ['C']],
      ['a date', { expiresAt: later(2) }, ['B']],
      ['null', { reason: null }, ['A']],
      ['the word null', { reason: 'null' }, []],
      ['any of several', { state: ['scanned', 'confirmed', 'consumed'] }, ['B', 'C']],
      ['any of one', { state: ['new'] }, ['A']],
      ['any of several dates', { expiresAt: [later(1), later(3)] }, ['A', 'C']],
      ['any of none', { state: [] }, []],
      ['any of none, and something that is so', { state: 'new', reason: [], revision: 1 }, []],
      ['several that are all so', { state: ['new', 'scanned'], reason: 'declined' }, ['B']],
      ['several that are not all so', { state: 'new', reason: 'declined' }, []],
      ['null and any of several', { reason: null, state: ['new', 'scanned'] }, ['A']],
      ['nothing more', {}, ['A', 'B', 'C']],
    ])('finds rows by %s', async (_, where, letters) => {
      expect(await found(where)).toEqual(letters)
    })

    test('keeps its own beside other conditions', async () => {
      const either = await change((tx) =>
        tx.$queryRaw<LoginRequest[]>(
          sql`SELECT * FROM "LoginRequest"
              WHERE (${matches<'LoginRequest'>({ purpose, state: ['new', 'scanned'] })})
                AND NOT (${matches<'LoginRequest'>({ reason: [] })}) AND "expiresAt" > ${later(1)}`,
        ),
      )
      expect(either.map(({ state }) => state)).toEqual(['scanned'])
    })

    test.each(AWKWARD)('takes a value as it is: %j', async (value) => {
      const row = { ...requestData(), reason: value }
      await insert(row)
      expect(await select({ reason: value })).toMatchObject([row])
      expect(await select({ reason: ['nothing', value] })).toMatchObject([row])
      expect(await select({ reason: `${value}.` })).toEqual([])
    })
  })

  test('columns are those that were asked for', async () => {
    const row = requestData()
    await insert(row)
    const names = columns<'LoginRequest'>(['id', 'expiresAt', 'reason'])
    const rows = await change((tx) =>
      tx.$queryRaw(sql`SELECT ${names} FROM "LoginRequest" WHERE "id" = ${row.id}`),
    )
    expect(rows).toEqual([{ id: row.id, expiresAt: row.expiresAt, reason: null }])
  })
})

test('values are bound and never part of a statement', () => {
  const [first, second, third] = AWKWARD as [string, string, string]
  const row = { id: first, reason: second, expiresAt: NOON }
  for (const statement of [insertInto('LoginRequest', row), assign<'LoginRequest'>(row)])
    expect(statement.values).toEqual([first, second, NOON])
  const where = matches<'LoginRequest'>({ id: [first, second], reason: third, kind: null, state: [] })
  expect(where.values).toEqual([first, second, third])
  expect(where.sql).toBe('"id" IN (?,?) AND "reason" = ? AND "kind" IS NULL AND FALSE')
})

test('the same columns make the same text, so that it is prepared once', () => {
  const texts = [requestData(), { ...requestData(), expiresAt: later(7) }].map((row) => [
    insertInto('LoginRequest', row).sql,
    assign<'LoginRequest'>(row).sql,
    matches<'LoginRequest'>(row).sql,
  ])
  expect(texts[0]).toEqual(texts[1])
})

test('names of columns and tables are quoted', () => {
  expect(columns<'LoginRequest'>(['id', 'expiresAt']).sql).toBe('"id", "expiresAt"')
  expect(insertInto('LoginRequest', { id: 'x', state: 'new' }).sql).toBe(
    'INSERT INTO "LoginRequest" ("id", "state") VALUES (?,?)',
  )
})

test('no condition is none at all, rather than one that every row meets', () => {
  expect(() => matches<'LoginRequest'>({})).toThrow()
  expect(() => assign<'LoginRequest'>({})).toThrow()
  expect(() => insertInto('LoginRequest', {})).toThrow()
})

test('a list can’t hold null, which SQL would never find in it', () => {
  // @ts-expect-error -- null is asked for alone
  expect(matches<'LoginRequest'>({ reason: ['declined', null] }).sql).toBe('"reason" IN (?,?)')
})
