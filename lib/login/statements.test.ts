/** How many statements each move costs, counted where SQLite runs them. */
import { beforeEach, expect, test } from 'vitest'
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
import { recordStatements } from '../testing/statements'
import { consume } from './consume'
import { endAsDesktop, MAX_OPEN, openRequest } from './desktop'
import { confirm, decline } from './confirm'
import { scan } from './scan'

/** The statements that `run` makes, each by its verb and table. */
const madeBy = async (run: () => Promise<unknown>): Promise<string[]> =>
  (await recordStatements(run)).map(({ sql }) =>
    sql.replace(/^\s*(\w+) .*?(?:`main`\.`|")([A-Z]\w+).*$/s, '$1 $2'),
  )

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
