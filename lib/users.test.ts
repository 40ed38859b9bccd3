import { describe, expect, test, vi } from 'vitest'
import { settings } from './env'
import { LIMITS, take } from './limits/limits'
import * as passwords from './passwords'
import { findSession } from './sessions/current'
import { signOut } from './sessions/end'
import { rowOf } from './testing/outcomes'
import { later, letIn, NOON, openAndConfirm, PHONE, sessionOf } from './testing/people'
import { disableUser, enableUser, listUsers, resetPassword } from './operator'
import { changeName, changePassword, createUser, reauthenticate, signInWithPassword } from './users'

let count = 0

async function account() {
  const email = `person${++count}@example.org`
  await createUser({ name: 'Ada', email, password: 'correct horse' }, NOON, null)
  return email
}

const signIn = (email: string, password = 'correct horse', deviceCookie?: string) =>
  signInWithPassword({ email, password, deviceCookie, ...PHONE }, NOON)

async function signedIn(email: string, password?: string) {
  const { token, deviceToken } = await signIn(email, password)
  return { token, device: deviceToken!, session: await sessionOf(token, deviceToken) }
}

describe('signing in', () => {
  test('gives a session on a device of its own', async () => {
    const email = await account()
    const first = await signedIn(email)
    expect(first.session).toMatchObject({ method: 'password', kind: 'own', user: { name: 'Ada', email } })
    const again = await signIn(email, 'correct horse', first.device)
    expect(again.deviceToken).toBe(first.device)
  })

  test('answers alike to a wrong password, an unknown address and a disabled account', async () => {
    const disabled = await account()
    await disableUser(disabled, NOON)
    const wrong = await account()
    await expect(signIn(wrong, 'wrong')).rejects.toMatchObject({ code: 'proof_failed' })
    await expect(signIn('nobody@example.org')).rejects.toMatchObject({ code: 'proof_failed' })
    await expect(signIn(disabled)).rejects.toMatchObject({ code: 'proof_failed' })
  })

  test('compares a hash for an unknown address as well, so that the clock tells nothing', async () => {
    const compared = vi.spyOn(passwords, 'verifyPassword')
    await expect(signIn('nobody@example.org')).rejects.toMatchObject({ code: 'proof_failed' })
    expect(compared).toHaveBeenCalledWith(null, 'correct horse')
  })

  test('strangers who guess lock themselves out, not the owner on a device that is known', async () => {
    const email = await account()
    const owner = await signedIn(email)
    const scale = settings().rateLimitScale
    const guesses = await Promise.allSettled(Array.from({ length: 3 }, () => signIn(email, 'wrong')))
    expect(guesses.every(({ status }) => status === 'rejected')).toBe(true)
    for (let taken = 3; taken < 10 * scale; taken++) await take('sign_in_account', email)
    await expect(signIn(email)).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(signIn(email, 'correct horse', owner.device)).resolves.toMatchObject({
      userId: owner.session.userId,
    })
  })
})

describe('while a password is being hashed', () => {
  /** Lets something happen between the comparison and the write. */
  const meanwhile = (change: () => Promise<unknown>) => {
    const compare = passwords.verifyPassword
    vi.spyOn(passwords, 'verifyPassword').mockImplementationOnce(async (stored, given) => {
      const matches = await compare(stored, given)
      await change()
      return matches
    })
  }

  test('the account may be disabled: no session', async () => {
    const email = await account()
    meanwhile(() => disableUser(email, NOON))
    await expect(signIn(email)).rejects.toMatchObject({ code: 'proof_failed' })
  })

  test('the password may be changed: no session, and no strength', async () => {
    const email = await account()
    meanwhile(() => resetPassword(email, 'set by operator', NOON))
    await expect(signIn(email)).rejects.toMatchObject({ code: 'proof_failed' })
    const { session } = await signedIn(email, 'set by operator')
    const passwords = { currentPassword: 'set by operator', newPassword: 'and once more so' }
    meanwhile(() => changePassword(session, passwords, NOON, null))
    await expect(reauthenticate(session, 'set by operator', NOON, null)).rejects.toMatchObject({
      code: 'proof_failed',
    })
  })

  test('the session may end: no strength, and no new name', async () => {
    const { session } = await signedIn(await account())
    meanwhile(() => signOut(session, NOON, null))
    const refused = { code: 'sign_in_required' }
    await expect(reauthenticate(session, 'correct horse', NOON, null)).rejects.toMatchObject(refused)
    await expect(changeName(session, 'Eve', NOON, null)).rejects.toMatchObject(refused)
  })
})

test('wrong passwords in one session don’t keep another from the right one', async () => {
  const email = await account()
  const borrowed = await signedIn(email)
  const own = await signedIn(email)
  const points = LIMITS.password_device.points * settings().rateLimitScale
  const key = `${borrowed.session.userId} ${borrowed.session.deviceId}`
  for (let taken = 0; taken < points; taken++) await take('password_device', key)
  await expect(reauthenticate(borrowed.session, 'correct horse', NOON, null)).rejects.toMatchObject({
    code: 'rate_limited',
  })
  await expect(reauthenticate(own.session, 'correct horse', NOON, null)).resolves.toBeUndefined()
})

describe('an address', () => {
  test('has one account', async () => {
    const email = await account()
    await expect(
      createUser({ name: 'Eve', email, password: 'something else' }, NOON, null),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      extras: { fields: [{ field: 'email', code: 'taken' }] },
    })
  })
})

describe('changing the password', () => {
  test('ends every other session and confirmed request, and keeps this one', async () => {
    const email = await account()
    const laptop = await signedIn(email)
    const phone = await signedIn(email)
    const desktop = await letIn(phone)
    const { id } = await openAndConfirm(phone)
    const own = await openAndConfirm(laptop)
    const passwords = { currentPassword: 'correct horse', newPassword: 'battery staple' }
    expect(await changePassword(laptop.session, passwords, NOON, null)).toBe(2)
    const live = [laptop, phone, desktop].map(({ token, device }) => findSession(token, device, NOON, null))
    expect((await Promise.all(live)).map(Boolean)).toEqual([true, false, false])
    for (const request of [id, own.id])
      expect(await rowOf(request)).toMatchObject({ state: 'rejected', reason: 'session_ended' })
    await expect(signIn(email)).rejects.toMatchObject({ code: 'proof_failed' })
    await expect(signIn(email, 'battery staple')).resolves.toBeDefined()
  })

  test('is refused to a session that was ended a moment ago', async () => {
    const { session } = await signedIn(await account())
    await signOut(session, NOON, null)
    const passwords = { currentPassword: 'correct horse', newPassword: 'battery staple' }
    await expect(changePassword(session, passwords, NOON, null)).rejects.toMatchObject({
      code: 'sign_in_required',
    })
  })

  test('needs the current one', async () => {
    const { session } = await signedIn(await account())
    const passwords = { currentPassword: 'wrong', newPassword: 'battery staple' }
    await expect(changePassword(session, passwords, NOON, null)).rejects.toMatchObject({
      code: 'proof_failed',
    })
  })
})

test('giving the password again makes a session strong', async () => {
  const { session, token, device } = await signedIn(await account())
  await expect(reauthenticate(session, 'wrong', NOON, null)).rejects.toMatchObject({ code: 'proof_failed' })
  await reauthenticate(session, 'correct horse', later(5), null)
  expect((await sessionOf(token, device)).reauthenticatedAt).toEqual(later(5))
})

describe('the operator', () => {
  test('resets a password: all sessions end', async () => {
    const email = await account()
    const { token, device } = await signedIn(email)
    await resetPassword(email, 'set by operator', NOON)
    expect(await findSession(token, device, NOON, null)).toBeNull()
    await expect(signIn(email, 'set by operator')).resolves.toBeDefined()
  })

  test('disables and enables', async () => {
    const email = await account()
    const { token, device } = await signedIn(email)
    await disableUser(email, NOON)
    expect(await findSession(token, device, NOON, null)).toBeNull()
    await enableUser(email, NOON)
    const back = await signedIn(email)
    await enableUser(email, NOON)
    expect(await findSession(back.token, back.device, NOON, null)).not.toBeNull()
    await expect(signIn(email)).resolves.toBeDefined()
    await expect(disableUser('nobody@example.org', NOON)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('lists accounts without anything secret', async () => {
    const email = await account()
    await signedIn(email)
    const listed = (await listUsers(NOON)).find((user) => user.email === email)
    expect(listed).toMatchObject({ name: 'Ada', disabledAt: null, _count: { sessions: 1 } })
    expect(Object.keys(listed!)).not.toContain('passwordHash')
  })
})
