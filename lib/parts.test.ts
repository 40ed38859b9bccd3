import { beforeEach, expect, test, vi } from 'vitest'
import { audit } from './audit'
import { db } from './db'
import { removeOld, ROWS_PER_PART } from './parts'
import { sql, type Runner, type Statement } from './sql'
import { later, NOON } from './testing/people'

const OLD = 2 * ROWS_PER_PART + 300

async function insertEvents(count: number, at: (index: number) => Date): Promise<void> {
  const data = Array.from({ length: count }, (_, index) => ({ at: at(index), type: 'login_opened' }))
  await db().write((tx) => tx.auditEvent.createMany({ data }))
}

const remove = () => removeOld('AuditEvent', { by: 'at', before: NOON })
const left = () => db().read((client) => client.auditEvent.count())

/** Calls `look` with what each statement of each transaction brings, and `between` before each transaction. */
function watch(look: (rows: object[]) => void, between = async () => {}): void {
  const move = db().move.bind(db())
  vi.spyOn(db(), 'move').mockImplementation(async (run) => {
    await between()
    return move((tx) => run(looking(tx, look)))
  })
}

const looking = (tx: Runner, look: (rows: object[]) => void): Runner => ({
  async $queryRaw<Rows>(statement: Statement) {
    const rows = await tx.$queryRaw<object[]>(statement)
    look(rows)
    return rows as Rows
  },
})

beforeEach(async () => {
  await db().write((tx) => tx.auditEvent.deleteMany())
})

test('old rows go in parts, and what is younger stays', async () => {
  await insertEvents(OLD, (index) => later(-1 - index))
  await insertEvents(5, (index) => later(index))
  const parts: number[] = []
  watch((rows) => parts.push(rows.length))
  expect(await remove()).toBe(OLD)
  expect(parts).toEqual([ROWS_PER_PART, ROWS_PER_PART, 300])
  expect(await left()).toBe(5)
})

test('rows of one moment go as well, however many there are', async () => {
  await insertEvents(OLD, () => later(-1))
  expect(await remove()).toBe(OLD)
  expect(await left()).toBe(0)
})

test('others write between the parts', async () => {
  await insertEvents(OLD, (index) => later(-1 - index))
  const move = db().move.bind(db())
  const bystander = vi.fn(() => move((tx) => audit(tx, NOON, { type: 'login_opened' })))
  // Each part begins only once the bystander's transaction has committed.
  watch(() => {}, bystander)
  expect(await remove()).toBe(OLD)
  expect(bystander).toHaveBeenCalledTimes(3)
  expect(await left()).toBe(3)
})

test('servers that sweep at the same time remove each row once', async () => {
  await insertEvents(OLD, (index) => later(-1 - index))
  const removed = await Promise.all([remove(), remove(), remove()])
  expect(removed.reduce((sum, count) => sum + count)).toBe(OLD)
  expect(await left()).toBe(0)
})

test('a row stays for which something else is not true', async () => {
  await insertEvents(3, () => later(-1))
  const [kept] = await db().query((client) =>
    client.$queryRaw<{ id: number }[]>(sql`SELECT "id" FROM "AuditEvent" LIMIT 1`),
  )
  const and = sql`"id" <> ${kept?.id}`
  expect(await removeOld('AuditEvent', { by: 'at', before: NOON, and })).toBe(2)
})

test('what goes with a part goes in its transaction', async () => {
  await insertEvents(3, () => later(-1))
  const also = vi.fn(() => Promise.reject(new Error('not now')))
  await expect(removeOld('AuditEvent', { by: 'at', before: NOON, also })).rejects.toThrow('not now')
  expect(also).toHaveBeenCalledOnce()
  expect(await left()).toBe(3)
})
