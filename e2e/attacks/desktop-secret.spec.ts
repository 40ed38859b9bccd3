/** A login request belongs to the desktop that opened it, by its secret. */
import { expect, observed, outcomeFor, test } from '../support/attacks'
import { approval, Client, openingDesktop, scannedRequest } from '../support/client'

test.use({ policy: 'off' })

test('a stolen code can neither read, end nor use the request', async ({ site }) => {
  const { id, phone, scanToken } = await scannedRequest(site)
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  const thief = new Client(site)

  expect(await thief.get(`/api/login/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await thief.delete(`/api/login/${id}`)).toMatchObject({ status: 404 })
  expect(await thief.authenticate('callback/qr', { id })).toMatchObject({ status: 404 })
  const strange = (await openingDesktop(site)).desktop
  strange.cookies.set(`qrl-login-${id}`, [...strange.cookies.values()][0] ?? '')
  expect(await strange.authenticate('callback/qr', { id })).toMatchObject({ status: 404 })
  expect(await thief.isSignedIn()).toBe(false)
  observed('noDesktopSecret', await outcomeFor(strange)).toBe('stopped')
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
  expect(rows.request(id).state).toBe('scanned')
  observed('early', await outcomeFor(desktop)).toBe('stopped')
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  expect((await desktop.authenticate('callback/qr', { id })).status).toBe(200)
  expect(await desktop.isSignedIn()).toBe(true)
})
