/** How many statements each move costs, counted where SQLite runs them. */
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  codeOf,
  DESKTOP,
  givePassword,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndConfirm,
  openAndScan,
  PASSWORD,
  PHONE,
  STRANGE,
  wrongNumberFor,
  type StrongDevice,
} from '../testing/people'
import { raiseRisk, setPolicy, strange } from '../testing/proofs'
import { consume } from './consume'
import { endAsDesktop, MAX_OPEN, openRequest } from './desktop'
import { confirm, decline } from './confirm'
import { scan } from './scan'

// Savepoints are to moves that are committed together what BEGIN and COMMIT are to one.
const TRANSACTION = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/

const statements: string[] = []
let restore = () => {}

beforeEach(() => {
  const made = new Database(':memory:')
  const statement = Object.getPrototypeOf(made.prepare('SELECT 1')) as Record<string, Method>
  const database = Database.prototype as unknown as Record<string, Method>
  made.close()
  const originals = [
    ...['run', 'get', 'all', 'iterate'].map((name) => count(statement, name, (self) => self.source)),
    count(database, 'exec', (_, sql) => sql),
  ]
  restore = () => originals.forEach((putBack) => putBack())
})
afterEach(() => restore())

type Method = (this: Database.Statement, ...args: unknown[]) => unknown

/** Notes each call of a method, with its SQL. */
function count(
  holder: Record<string, Method>,
  name: string,
  sqlOf: (self: Database.Statement, sql: string) => string,
): () => void {
  const original = holder[name]!
  holder[name] = function (...args) {
    const sql = sqlOf(this, String(args[0]))
    if (!TRANSACTION.test(sql)) statements.push(sql)
    return original.apply(this, args)
  }
  return () => (holder[name] = original)
}

/** The statements that `run` makes, each by its verb and table. */
async function madeBy(run: () => Promise<unknown>): Promise<string[]> {
  statements.length = 0
  await run()
  return statements.map((sql) => sql.replace(/^\s*(\w+) .*?(?:`main`\.`|")([A-Z]\w+).*$/s, '$1 $2'))
}

let phone: StrongDevice
beforeEach(async () => {
  setPolicy('adaptive')
  phone = await makePhone((await makeUser()).id)
})

const heldBy = (...requests: { id: string; secret: string }[]) =>
  new Map(requests.map(({ id, secret }) => [id, secret]))

test('nothing escapes the count', async () => {
  expect(await madeBy(() => makeUser())).toEqual(['INSERT User'])
})

test('a consume costs seven at most', async () => {
  const { id, secret } = await openAndConfirm(phone)
  const onNewDevice = await madeBy(() => consume(id, secret, undefined, DESKTOP, NOON))
  expect(onNewDevice.length, onNewDevice.join(', ')).toBeLessThanOrEqual(7)
  expect(onNewDevice.length).toBeGreaterThan(3)

  const desktop = await letIn(phone)
  const again = await openAndConfirm(phone)
  const onKnownDevice = await madeBy(() => consume(again.id, again.secret, desktop.device, DESKTOP, NOON))
  expect(onKnownDevice.length, onKnownDevice.join(', ')).toBeLessThanOrEqual(7)
})

test('a consume with a one-time code costs the counting of the try more', async () => {
  await raiseRisk(phone)
  const { id, secret, code } = await openAndConfirm(phone, NOON, 'derived', '12h', strange)
  const onNewDevice = await madeBy(() => consume(id, secret, undefined, STRANGE, NOON, code))
  expect(onNewDevice.length, onNewDevice.join(', ')).toBeLessThanOrEqual(8)
  expect(onNewDevice.length).toBeGreaterThan(3)

  const desktop = await letIn(phone, NOON, 'derived', '12h', strange)
  const again = await openAndConfirm(phone, NOON, 'derived', '12h', { ...strange, device: desktop.device })
  const onKnownDevice = await madeBy(() =>
    consume(again.id, again.secret, desktop.device, STRANGE, NOON, again.code),
  )
  expect(onKnownDevice.length, onKnownDevice.join(', ')).toBeLessThanOrEqual(8)
})

test('a wrong one-time code costs three at most, and the last one two more', async () => {
  await raiseRisk(phone)
  const { id, secret } = await openAndConfirm(phone, NOON, 'derived', '12h', strange)
  for (let tries = 0; tries < 3; tries++) {
    const made = await madeBy(() => consume(id, secret, undefined, STRANGE, NOON, '').catch(() => {}))
    expect(made.length, made.join(', ')).toBeLessThanOrEqual(tries < 2 ? 3 : 5)
    expect(made.length).toBeGreaterThan(1)
  }
})

test('confirming with a password costs the reading of it more', async () => {
  await givePassword(phone.session.userId)
  await raiseRisk(phone)
  const now = later(600)
  const { id, scanToken, request } = await openAndScan(phone, now, strange)
  const number = request.number ?? undefined
  const body = { scanToken, stay: '12h', kind: 'derived', number, password: PASSWORD } as const
  const made = await madeBy(() => confirm(id, body, phone.session, PHONE, now))
  expect(made.length, made.join(', ')).toBeLessThanOrEqual(4)
  expect(made).toContain('SELECT User')
})

test.each<[string, () => Promise<() => Promise<unknown>>]>([
  ['opening with an empty jar', async () => () => openRequest(DESKTOP, new Map(), NOON)],
  [
    'opening with secrets in the jar',
    async () => {
      const held = heldBy(await open(), await open(), { id: 'A'.repeat(22), secret: 'not one of ours' })
      return () => openRequest(DESKTOP, held, NOON)
    },
  ],
  ['opening with a device cookie', async () => () => openRequest(DESKTOP, new Map(), NOON, phone.device)],
  [
    'scanning',
    async () => {
      const { request } = await open()
      return () => scan({ code: codeOf(request) }, phone.session, undefined, PHONE, NOON)
    },
  ],
  [
    'scanning what is asked for all proofs',
    async () => {
      await raiseRisk(phone)
      const { request } = await open(NOON, undefined, { ...strange, device: phone.device })
      return () => scan({ code: codeOf(request) }, phone.session, undefined, PHONE, NOON)
    },
  ],
  [
    'scanning by the typed code',
    async () => {
      const { userCode } = await open()
      return () => scan({ userCode }, phone.session, undefined, PHONE, NOON)
    },
  ],
  [
    'scanning again',
    async () => {
      const { id } = await openAndScan(phone)
      return () => scan({ id }, phone.session, undefined, PHONE, NOON)
    },
  ],
  [
    'confirming',
    async () => {
      const laptop = await makePhone(phone.session.userId)
      const { id, scanToken } = await openAndScan(phone, NOON, { device: laptop.device })
      const body = { scanToken, stay: '12h', kind: 'derived' } as const
      return () => confirm(id, body, phone.session, PHONE, NOON)
    },
  ],
  [
    'confirming by the number',
    async () => {
      const { id, scanToken, request } = await openAndScan(phone, NOON, strange)
      const body = { scanToken, stay: '12h', kind: 'derived', number: request.number ?? undefined } as const
      return () => confirm(id, body, phone.session, PHONE, NOON)
    },
  ],
  [
    'picking a wrong number',
    async () => {
      const { id, scanToken, request } = await openAndScan(phone, NOON, strange)
      const body = { scanToken, stay: '12h', kind: 'derived', number: wrongNumberFor(request) } as const
      return () => confirm(id, body, phone.session, PHONE, NOON).catch(() => {})
    },
  ],
  [
    'confirming with a code, and a password that was just given',
    async () => {
      await raiseRisk(phone)
      const { id, scanToken, request } = await openAndScan(phone, NOON, strange)
      const body = { scanToken, stay: '12h', kind: 'derived', number: request.number ?? undefined } as const
      return () => confirm(id, body, phone.session, PHONE, NOON)
    },
  ],
  [
    'declining',
    async () => {
      const { id, scanToken } = await openAndConfirm(phone)
      return () => decline(id, scanToken, phone.session, PHONE, NOON)
    },
  ],
  [
    'withdrawing',
    async () => {
      const { id, secret } = await open()
      return () => endAsDesktop(id, secret, 'withdrawn', DESKTOP, NOON)
    },
  ],
  [
    '"not me"',
    async () => {
      const { id, secret } = await openAndScan(phone)
      return () => endAsDesktop(id, secret, 'not_me', DESKTOP, NOON)
    },
  ],
])('%s costs three at most', async (_, prepare) => {
  const made = await madeBy(await prepare())
  expect(made.length, made.join(', ')).toBeLessThanOrEqual(3)
  expect(made.length).toBeGreaterThan(1)
})

test('opening one too many is two moves', async () => {
  const requests: { id: string; secret: string }[] = []
  for (let i = 0; i < MAX_OPEN; i++) requests.push(await open())
  const made = await madeBy(() => openRequest(DESKTOP, heldBy(...requests), NOON))
  expect(made.length, made.join(', ')).toBeLessThanOrEqual(6)
})
