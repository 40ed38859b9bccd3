/** next-auth's own addresses as a way around: only six of them exist. */
import { expect, observed, outcomeIf, test } from '../support/attacks'
import { Client, signedInPhone } from '../support/client'

test.use({ policy: 'off' })

const ABSENT = [
  'GET signin',
  'GET signin/qr',
  'POST signin/qr',
  'POST signin/password',
  'GET error',
  'GET verify-request',
  'GET callback/qr',
  'GET callback/password',
  'POST callback/other',
  'POST callback/credentials',
  'POST _log',
  'POST session',
  'POST providers',
  'GET signout',
  'POST csrf',
  'PUT session',
  'DELETE session',
  'GET session/x',
  'POST callback/qr/x',
]

test('of next-auth’s own addresses all but six are not there', async ({ site }) => {
  const { phone } = await signedInPhone(site)
  const there: string[] = []
  for (const call of ABSENT) {
    const [method = '', path = ''] = call.split(' ')
    const answer = await phone.send(method, `/api/auth/${path}`, method === 'GET' ? {} : { body: {} })
    if (answer.status !== 404 || answer.headers['set-cookie'] !== undefined) there.push(call)
    expect(await phone.isSignedIn(), call).toBe(true)
  }
  expect(there).toEqual([])
  observed('nextAuth', outcomeIf(there.length > 0)).toBe('stopped')
})

test('and those six do what they are for', async ({ site }) => {
  const { phone, person } = await signedInPhone(site)
  for (const path of ['session', 'csrf', 'providers'])
    expect((await phone.get(`/api/auth/${path}`)).status).toBe(200)
  expect((await phone.signIn(person)).status).toBe(200)
  expect((await phone.authenticate('callback/qr', { id: 'A'.repeat(22) })).status).toBe(404)
  expect((await phone.authenticate('signout')).status).toBe(200)
})

test('none of them redirects to another site', async ({ site }) => {
  const { person } = await signedInPhone(site)
  const browser = new Client(site)
  await browser.get('/api/auth/csrf?callbackUrl=https://evil.example')
  const fields = { email: person.email, password: person.password }
  const answer = await browser.post('/api/auth/callback/password?callbackUrl=https://evil.example', {
    ...fields,
    callbackUrl: 'https://evil.example',
  })
  expect(answer.status).toBe(200)
  expect(`${answer.text} ${JSON.stringify(answer.headers)}`).not.toContain('evil.example')
})
