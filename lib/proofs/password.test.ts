import { beforeEach, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { LIMITS } from '../limits/limits'
import * as passwords from '../passwords'
import type { CurrentSession } from '../sessions/current'
import { refused, tally } from '../testing/outcomes'
import { givePassword, makePhone, makeUser, PASSWORD } from '../testing/people'
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

test('the right password answers with the account, a wrong one says what failed', async () => {
  expect(await provePassword(session, PASSWORD)).toMatchObject({ id: session.userId })
  for (const wrong of ['wrong', '', `${PASSWORD} `, PASSWORD.toUpperCase()])
    expect(await refused(provePassword(session, wrong))).toBe('proof_failed password')
})

test('an account that is gone has no right password', async () => {
  expect(await refused(provePassword({ ...session, userId: newId() }, PASSWORD))).toBe(
    'proof_failed password',
  )
})

test('each wrong try counts, also those that come at once, and past the last not even the right one is compared', async () => {
  const compared = vi.spyOn(passwords, 'verifyPassword')
  const wrong = Array.from({ length: points + 5 }, () => provePassword(session, 'wrong'))
  expect(await tally(wrong)).toEqual({ proof_failed: points, rate_limited: 5 })
  expect(await refused(provePassword(session, PASSWORD))).toBe('rate_limited')
  expect(compared).toHaveBeenCalledTimes(points)
})

test('an account has a limit of its own, over all its devices', async () => {
  const { userId } = session
  const all = LIMITS.password_account.points
  const on = (device: number) => ({ ...session, deviceId: `device ${device}` })
  for (let taken = 0; taken < all; taken++)
    expect(await refused(provePassword(on(Math.floor(taken / points)), 'wrong'))).toBe(
      'proof_failed password',
    )
  expect(await refused(provePassword(on(all), PASSWORD))).toBe('rate_limited')
  const other = (await makePhone((await makeUser('Grace')).id)).session
  await givePassword(other.userId)
  expect(await provePassword(other, PASSWORD)).not.toMatchObject({ id: userId })
})

test('the right password uses up no tries', async () => {
  for (let times = 0; times <= points; times++) await provePassword(session, PASSWORD)
  expect(await refused(provePassword(session, 'wrong'))).toBe('proof_failed password')
})
