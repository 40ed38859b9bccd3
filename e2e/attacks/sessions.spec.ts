/** Session cookies that are stolen, guessed, or over. */
import { expect, isSignedIn, observed, outcomeFor, outcomeIf, test } from '../support/attacks'
import { Client, signedInPhone } from '../support/client'
import { signedIn } from '../support/people'
import { isSignedOut } from '../support/steps'

test.use({ policy: 'off' })

test('a session cookie without its device’s is signed out on another device, and reported', async ({
  openDesktop,
  phone,
  rows,
}) => {
  await signedIn(phone)
  const cookies = await phone.context().cookies()
  const session = cookies.find(({ name }) => name === 'qrl-session')!
  const thief = await openDesktop()
  await thief.context().addCookies([session])
  expect(await isSignedOut(thief)).toBe(true)
  expect(await rows.auditTypes(session.value.split('.')[0]!)).toContain('session_wrong_device')
  observed('stolenSession', await outcomeFor(thief)).toBe('stopped')
  expect(await isSignedIn(phone)).toBe(true)

  const copy = await openDesktop()
  await copy.context().addCookies(cookies)
  observed('stolenProfile', await outcomeFor(copy)).toBe('succeeds')
})

test('a session cookie with somebody else’s device cookie is signed out', async ({ site, rows }) => {
  const { phone: victim } = await signedInPhone(site)
  const { phone: thief } = await signedInPhone(site)
  thief.cookies.set('qrl-session', victim.cookies.get('qrl-session') ?? '')
  expect(await thief.isSignedIn()).toBe(false)
  expect(await rows.auditTypes(victim.sessionId)).toContain('session_wrong_device')
})

test('a session cookie that was guessed or is torn is nobody’s', async ({ site }) => {
  const { phone } = await signedInPhone(site)
  const token = phone.cookies.get('qrl-session') ?? ''
  const guesses = [
    token.slice(0, -1),
    `${phone.sessionId}.${'A'.repeat(43)}`,
    phone.sessionId,
    `${token}.x`,
    '%00',
  ]
  const hits: string[] = []
  for (const guess of guesses) {
    phone.cookies.set('qrl-session', guess)
    if (await phone.isSignedIn()) hits.push(guess)
  }
  observed('guessedSession', outcomeIf(hits.length > 0)).toBe('stopped')
  phone.cookies.set('qrl-session', token)
  expect(await phone.isSignedIn()).toBe(true)
})

test('a session cookie is worthless after signing out, wherever it was copied to', async ({ site, rows }) => {
  const { phone } = await signedInPhone(site)
  const { sessionId } = phone
  const copy = new Client(site)
  for (const [name, value] of phone.cookies) copy.cookies.set(name, value)
  expect((await phone.authenticate('signout')).status).toBe(200)
  observed('endedSession', await outcomeFor(copy)).toBe('stopped')
  expect((await rows.session(sessionId)).endReason).toBe('signed_out')
})
