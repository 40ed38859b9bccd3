import { beforeEach, describe, expect, test } from 'vitest'
import { db } from '../db'
import {
  later,
  letIn,
  locked,
  makePhone,
  makeUser,
  NOON,
  sessionOf,
  type StrongDevice,
} from '../testing/people'
import type { CurrentSession } from './current'
import { prove } from './factors'
import { strengthOf } from './strength'

let phone: StrongDevice
beforeEach(async () => {
  phone = await makePhone((await makeUser()).id)
})

const rowOf = (id: string) => db().read((client) => client.session.findUniqueOrThrow({ where: { id } }))
const store = (id: string, data: object) => db().write((tx) => tx.session.update({ where: { id }, data }))
const proveAt = ({ id, userId }: CurrentSession, at: Date) =>
  db().move(async (tx) => prove(await locked(tx, userId), { id }, 'password', at))

test('a new session keeps what made it', async () => {
  expect((await rowOf(phone.session.id)).factors).toBe(`{"password":"${NOON.toISOString()}"}`)
  expect(phone.session.factors).toEqual({ password: NOON })
  const desktop = await letIn(phone)
  expect((await rowOf(desktop.session.id)).factors).toBe('{}')
  expect(desktop.session.factors).toEqual({})
})

test('a proof is kept with its time, and ends the probation', async () => {
  const { token, device, session } = await letIn(phone)
  expect(session.probationEndsAt).not.toBeNull()
  await proveAt(session, later(5))
  expect(await sessionOf(token, device)).toMatchObject({
    factors: { password: later(5) },
    probationEndsAt: null,
  })
})

test('a factor that this version does not know is kept, and worth nothing', async () => {
  const { token, device, session } = await letIn(phone)
  await store(session.id, { factors: `{"passkey":"${NOON.toISOString()}"}` })
  expect(strengthOf(await sessionOf(token, device), NOON)).toBe('weak')
  await proveAt(session, later(5))
  expect(JSON.parse((await rowOf(session.id)).factors!)).toEqual({
    passkey: NOON.toISOString(),
    password: later(5).toISOString(),
  })
})

test.each([
  '',
  'null',
  '[]',
  '"password"',
  '{',
  '{"password":true}',
  '{"password":"soon"}',
  '{"password":null}',
])('what can’t be read proves nothing: %s', async (factors) => {
  const { token, device, session } = phone
  await store(session.id, { factors })
  const found = await sessionOf(token, device)
  expect(found.factors).toEqual({})
  expect(strengthOf(found, NOON)).toBe('weak')
})

describe('a node of the version before', () => {
  const before = { factors: null }

  test('makes sessions that have proven what they were made with', async () => {
    await store(phone.session.id, before)
    expect((await sessionOf(phone.token, phone.device)).factors).toEqual({ password: NOON })
    const desktop = await letIn(phone)
    await store(desktop.session.id, before)
    expect((await sessionOf(desktop.token, desktop.device)).factors).toEqual({})
  })

  test('is believed that the password was given again', async () => {
    const desktop = await letIn(phone)
    for (const { session, token, device } of [phone, desktop]) {
      await store(session.id, { reauthenticatedAt: later(60) })
      expect((await sessionOf(token, device)).factors).toEqual({ password: later(60) })
      await store(session.id, { ...before, reauthenticatedAt: later(90) })
      expect((await sessionOf(token, device)).factors).toEqual({ password: later(90) })
    }
  })

  test('makes no session strong in a way that it does not know', async () => {
    await store(phone.session.id, { ...before, method: 'passkey' })
    expect(strengthOf(await sessionOf(phone.token, phone.device), NOON)).toBe('weak')
  })

  test('learns of a password that was given to this one', async () => {
    await proveAt(phone.session, later(5))
    expect((await rowOf(phone.session.id)).reauthenticatedAt).toEqual(later(5))
  })
})
