/** A stranger signs up with the address of a person who has no account yet, and waits for that person. */
import { isSignedIn, observed, outcomeIf } from '../support/attacks'
import { approval, Client, openingDesktop } from '../support/client'
import { expect, letterTo, test, tokenIn } from '../support/mail'
import { newPerson, type Person } from '../support/people'
import type { Server } from '../support/server'

const OWN = { name: 'Ada Lovelace', newPassword: 'battery staple horse' }

/** An account with the address of `person`, by a browser that stays signed in to it. */
async function signedUp(server: Server, person: Person): Promise<Client> {
  const client = new Client(server)
  expect((await client.post('/api/users', person)).status).toBe(201)
  expect((await client.signIn(person)).status).toBe(200)
  return client
}

/** Whether a stranger is in an account, or gets into it. */
const isIn = async (stranger: Client, person: Person): Promise<boolean> =>
  (await isSignedIn(stranger)) || (await new Client(stranger.server as Server).signIn(person)).status === 200

test('a stranger who signed up first loses the address to its owner', async ({ server, post }) => {
  const asStranger = { ...newPerson('Mallory'), password: 'a password of mine' }
  const stranger = await signedUp(server, asStranger)
  const owner = new Client(server)
  const token = tokenIn(await letterTo(post, asStranger.email, 'confirm-email'))
  expect((await owner.post('/api/email/confirm', { token })).status).toBe(401)
  expect((await owner.post('/api/email/claim', { token, ...OWN })).status).toBe(204)
  observed('preHijacked', outcomeIf(await isIn(stranger, asStranger))).toBe('stopped')
  const asOwner = { email: asStranger.email, name: OWN.name, password: OWN.newPassword }
  expect((await owner.signIn(asOwner)).status).toBe(200)
  const { text } = await owner.get('/api/activity')
  expect(text).toContain('account_claimed')
  expect(text).not.toContain('account_created')
})

test('a stranger who signs up second leaves nothing', async ({ server, post }) => {
  const asOwner = newPerson()
  const owner = await signedUp(server, asOwner)
  const asStranger = { ...asOwner, name: 'Mallory', password: 'a password of mine' }
  const stranger = new Client(server)
  expect((await stranger.post('/api/users', asStranger)).status).toBe(201)
  // The stranger's sign-up has sent this one.
  const token = tokenIn(await letterTo(post, asOwner.email, 'confirm-email'))
  expect((await owner.post('/api/email/confirm', { token })).status).toBe(204)
  observed('preHijackedAgain', outcomeIf(await isIn(stranger, asStranger))).toBe('stopped')
  expect(await owner.isSignedIn()).toBe(true)
  expect((await owner.get('/api/auth/session')).body).toMatchObject({ user: { name: asOwner.name } })
})

test('a stranger who lets the owner’s browser in by a code does not get the address confirmed', async ({
  server,
  post,
}) => {
  const asStranger = { ...newPerson('Mallory'), password: 'a password of mine' }
  const stranger = await signedUp(server, asStranger)
  const { desktop: owner, id, code } = await openingDesktop(server)
  const { body } = await stranger.post('/api/login/scan', { code })
  await stranger.post(`/api/login/${id}/confirm`, approval((body as { scanToken: string }).scanToken))
  expect((await owner.authenticate('callback/qr', { id })).status).toBe(200)

  const token = tokenIn(await letterTo(post, asStranger.email, 'confirm-email'))
  expect((await owner.post('/api/email/confirm', { token })).status).toBe(403)
  expect((await owner.post('/api/email/claim', { token, ...OWN })).status).toBe(204)
  observed('preHijackedByCode', outcomeIf(await isIn(stranger, asStranger))).toBe('stopped')
  expect(await owner.isSignedIn()).toBe(false)
})
