/** A login request belongs to the desktop that opened it, by its secret. */
import type { Page } from '@playwright/test'
import {
  ask,
  at,
  call,
  claim,
  ELSEWHERE,
  expect,
  isSignedIn,
  observed,
  outcomeFor,
  test,
} from '../support/attacks'
import { approval, Client, openingDesktop, scannedRequest } from '../support/client'
import { signedIn } from '../support/people'

test.use({ policy: 'off' })

/** As the sign-in page does once the phone has approved. */
async function use(page: Page, id: string): Promise<number> {
  return (await call(page, 'POST', '/api/auth/callback/qr', { id })).status
}

test('a stolen code can neither read, end nor use the request', async ({ openDesktop, phone }) => {
  await signedIn(phone)
  const desktop = await openDesktop()
  const { id, code } = await ask(desktop)
  const scanToken = await claim(phone, code)
  expect((await call(phone, 'POST', `/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)

  const [thief, strange] = [await openDesktop(at(ELSEWHERE)), await openDesktop(at(ELSEWHERE))]
  const own = await ask(strange)
  const cookies = await strange.context().cookies()
  const secret = cookies.find(({ name }) => name === `qrl-login-${own.id}`)!
  await strange.context().addCookies([{ ...secret, name: `qrl-login-${id}` }])
  for (const page of [thief, strange]) {
    const looked = await call(page, 'GET', `/api/login/${id}`)
    expect(looked).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await call(page, 'DELETE', `/api/login/${id}`)).status).toBe(404)
    expect(await use(page, id)).toBe(404)
    observed('noDesktopSecret', await outcomeFor(page)).toBe('stopped')
  }
  expect(await use(desktop, id)).toBe(200)
  expect(await isSignedIn(desktop)).toBe(true)
})

test('a stranger’s request and one that never was are answered alike', async ({ site }) => {
  const { id } = await openingDesktop(site)
  const thief = new Client(site)
  const [strange, missing] = [
    await thief.get(`/api/login/${id}`),
    await thief.get(`/api/login/${'A'.repeat(22)}`),
  ]
  expect({ ...strange.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' })
  expect(strange.status).toBe(missing.status)
})

test('a desktop can’t use its request before the phone has approved it', async ({ site, rows }) => {
  const { desktop, id, phone, scanToken } = await scannedRequest(site)
  const early = await desktop.authenticate('callback/qr', { id })
  expect(early).toMatchObject({ status: 409, body: { code: 'wrong_state' } })
  expect((await rows.request(id)).state).toBe('scanned')
  observed('early', await outcomeFor(desktop)).toBe('stopped')
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  expect((await desktop.authenticate('callback/qr', { id })).status).toBe(200)
  expect(await desktop.isSignedIn()).toBe(true)
})
