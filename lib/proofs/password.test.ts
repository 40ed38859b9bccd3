import { beforeEach, expect, test, vi } from 'vitest'
import { db } from '../db'
import { settings } from '../env'
import { LIMITS } from '../limits/limits'
import * as passwords from '../passwords'
import type { CurrentSession } from '../sessions/current'
import { refused, tally } from '../testing/outcomes'
import { givePassword, makePhone, makeUser, NOON, PASSWORD } from '../testing/people'
import { newId } from '../tokens'
import { provePassword } from './password'

const { points } = LIMITS.password_device
let session: CurrentSession

beforeEach(async () => {
  vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
  const { id } = await makeUser()
  await givePassword(id)
  session = (await makePhone(id)).session
})

const ADDRESS = '203.0.113.7'
const prove = (session: CurrentSession, password: string) => provePassword(session, password, NOON, ADDRESS)

test('the right password answers with the account, a wrong one says what failed', async () => {
  expect(await prove(session, PASSWORD)).toMatchObject({ id: session.userId })
  for (const wrong of ['wrong', '', `${PASSWORD} `, PASSWORD.toUpperCase()])
    expect(await refused(prove(session, wrong))).toBe('proof_failed password')
})

test('an account that is gone has no right password', async () => {
  expect(await refused(prove({ ...session, userId: newId() }, PASSWORD))).toBe('proof_failed password')
})

test('each wrong try counts, also those that come at once, and past the last not even the right one is compared', async () => {
  const compared = vi.spyOn(passwords, 'verifyPassword')
  const wrong = Array.from({ length: points + 5 }, () => prove(session, 'wrong'))
  expect(await tally(wrong)).toEqual({ proof_failed: points, rate_limited: 5 })
  expect(await refused(prove(session, PASSWORD))).toBe('rate_limited')
  expect(compared).toHaveBeenCalledTimes(points)
})

test('an account has a limit of its own, over all its devices', async () => {
  const { userId } = session
  const all = LIMITS.password_account.points
  const on = (device: number) => ({ ...session, deviceId: `device ${device}` })
  for (let taken = 0; taken < all; taken++)
    expect(await refused(prove(on(Math.floor(taken / points)), 'wrong'))).toBe('proof_failed password')
  expect(await refused(prove(on(all), PASSWORD))).toBe('rate_limited')
  const other = (await makePhone((await makeUser('Grace')).id)).session
  await givePassword(other.userId)
  expect(await prove(other, PASSWORD)).not.toMatchObject({ id: userId })
})

test('the right password uses up no tries', async () => {
  for (let times = 0; times <= points; times++) await prove(session, PASSWORD)
  expect(await refused(prove(session, 'wrong'))).toBe('proof_failed password')
})

test('wrong ones are one entry of the account’s activity for each session, with a count', async () => {
  const other = (await makePhone(session.userId)).session
  await Promise.all(Array.from({ length: 4 }, () => refused(prove(session, 'wrong'))))
  await refused(prove(other, 'wrong'))
  await prove(other, PASSWORD)
  const entries = await db().read((client) =>
    client.auditEvent.findMany({ where: { userId: session.userId, type: 'password_failed' } }),
  )
  expect(entries.sort((a, b) => b.count - a.count)).toMatchObject([
    { sessionId: session.id, address: ADDRESS, count: 4 },
    { sessionId: other.id, address: ADDRESS, count: 1 },
  ])
})
