/** A scan belongs to the phone that made it, by its token, its session and its device. */
import { ask, call, claim, expect, observed, outcomeIf, test } from '../support/attacks'
import { SAFARI_ON_IPHONE } from '../support/browsers'
import { approval, Client, scannedRequest } from '../support/client'
import { signedIn } from '../support/people'

test.use({ policy: 'off' })

test('another signed-in phone can’t scan, approve or decline', async ({ openDesktop, openPhone, rows }) => {
  const [phone, other, own] = [await openPhone(), await openPhone(), await openPhone()]
  for (const page of [phone, other, own]) await signedIn(page)
  const { id, code } = await ask(await openDesktop())
  const scanToken = await claim(phone, code)
  const ownToken = await claim(own, (await ask(await openDesktop())).code)

  expect(await call(other, 'POST', '/api/login/scan', { code })).toMatchObject({
    status: 409,
    body: { code: 'already_scanned' },
  })
  for (const token of [scanToken, ownToken]) {
    const decline = { scanToken: token }
    for (const page of [other, own]) {
      expect((await call(page, 'POST', `/api/login/${id}/confirm`, approval(token))).status).toBe(404)
      expect((await call(page, 'POST', `/api/login/${id}/reject`, decline)).status).toBe(404)
    }
  }
  observed('otherScanToken', outcomeIf((await rows.request(id)).state !== 'scanned')).toBe('stopped')
  // It was good all along, in the right hands.
  expect((await call(phone, 'POST', `/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)
})

test('another phone of the same account can’t use a stolen scan token', async ({ site, rows }) => {
  const { id, person, scanToken } = await scannedRequest(site)
  const second = new Client(site, SAFARI_ON_IPHONE)
  await second.signIn(person)
  expect((await second.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(404)
  expect((await rows.request(id)).state).toBe('scanned')
})

test('a scan token approves once', async ({ site, rows }) => {
  const { id, phone, scanToken } = await scannedRequest(site)
  expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)
  const again = await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } })
  // All that is left to it is to take the approval back, once.
  expect((await phone.post(`/api/login/${id}/reject`, { scanToken })).status).toBe(200)
  expect((await phone.post(`/api/login/${id}/reject`, { scanToken })).status).toBe(409)
  expect((await rows.request(id)).state).toBe('rejected')
})

test('scanning again makes the older scan token worthless', async ({ site, rows }) => {
  const { id, code, phone, scanToken } = await scannedRequest(site)
  const again = await phone.post('/api/login/scan', { code })
  expect(again.body.scanToken).not.toBe(scanToken)
  expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(409)
  expect((await phone.post(`/api/login/${id}/confirm`, approval(again.body.scanToken))).status).toBe(200)
  expect((await rows.request(id)).state).toBe('confirmed')
})

test('a mistaken approval spends no token', async ({ site }) => {
  const { id, phone, scanToken } = await scannedRequest(site)
  const wrong = await phone.post(`/api/login/${id}/confirm`, { ...approval(scanToken), stay: 'for ever' })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)
})

test('two approvals at the same time: one is right', async ({ site }) => {
  const { id, phone, scanToken } = await scannedRequest(site)
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => phone.post(`/api/login/${id}/confirm`, approval(scanToken))),
  )
  const approved = answers.filter((answer) => answer.status === 200)
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409])
  observed('replayedScanToken', outcomeIf(approved.length > 1)).toBe('stopped')
})

test('two desktops’ worth of the same consume make one session', async ({ site, rows }) => {
  const { desktop, id, phone, scanToken } = await scannedRequest(site)
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  const consume = () => desktop.post('/api/auth/callback/qr', { id })
  const answers = await Promise.all([consume(), consume(), consume()])
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
  expect(await rows.sessionsOf(id)).toHaveLength(1)
  expect(await desktop.isSignedIn()).toBe(true)
  expect(await consume()).toMatchObject({ status: 409, body: { code: 'already_used' } })
})
