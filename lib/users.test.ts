import { describe, expect, test, vi } from 'vitest'
import { db } from './db'
import { settings } from './env'
import { forget, LIMITS, take } from './limits/limits'
import { consume } from './login/consume'
import * as passwords from './passwords'
import * as wrong from './proofs/wrong-password'
import { findSession } from './sessions/current'
import { signOut } from './sessions/end'
import { refused, rowOf } from './testing/outcomes'
import {
  DESKTOP,
  later,
  letIn,
  NOON,
  openAndConfirm,
  PHONE,
  sessionOf,
  strongSession,
} from './testing/people'
import { disableUser, enableUser, listUsers, resetPassword } from './operator'
import { changeName, changePassword, createUser, reauthenticate, signInWithPassword } from './users'

let count = 0

const forgetLimiters = () => void Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))

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

  const told = async (email: string) => {
    const { id } = await db().read((client) => client.user.findUniqueOrThrow({ where: { email } }))
    return db().read((client) =>
      client.auditEvent.findMany({ where: { userId: id, type: 'sign_in_failed' } }),
    )
  }

  test('with a wrong password is told to the account: of many at once in one entry, and nothing of a right one', async () => {
    const email = await account()
    await Promise.all(Array.from({ length: 5 }, () => refused(signIn(email, 'wrong'))))
    await signIn(email)
    const { kind, browser, system } = PHONE.agent
    expect(await told(email)).toMatchObject([
      { address: PHONE.address, count: 5, deviceKind: kind, deviceBrowser: browser, deviceSystem: system },
    ])
  })

  test('at an address that nobody has does the same work, and leaves one entry for all of them', async () => {
    const recorded = vi.spyOn(wrong, 'recordWrongPassword')
    const nobodys = { where: { userId: null, type: 'sign_in_failed' } }
    for (let i = 0; i < 3; i++) await refused(signIn(`nobody${++count}@example.org`))
    const entries = await db().read((client) => client.auditEvent.findMany(nobodys))
    const sum = entries.reduce((sum, entry) => sum + entry.count, 0)
    expect(recorded).toHaveBeenCalledTimes(3)
    expect(entries).toHaveLength(1)
    expect(sum).toBeGreaterThanOrEqual(3)
    expect(entries[0]).toMatchObject({ address: null, deviceBrowser: null })
  })

  test('is allowed thirty times in a quarter of an hour, by password and by code together', async () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    forgetLimiters()
    const email = await account()
    const phone = await signedIn(email)
    const desktop = await openAndConfirm(phone)
    // Whoever has neither the password nor an approval uses up none of them.
    await expect(signIn(email, 'wrong')).rejects.toMatchObject({ code: 'proof_failed' })
    await expect(consume(desktop.id, 'wrong', undefined, DESKTOP, NOON)).rejects.toBeDefined()
    for (let made = 1; made < 29; made++) await take('signed_in', phone.session.userId)
    await consume(desktop.id, desktop.secret, undefined, DESKTOP, NOON)
    const late = await openAndConfirm(phone)
    const tooMany = { code: 'too_many_sign_ins', extras: { retryAfter: expect.any(Number) } }
    await expect(consume(late.id, late.secret, undefined, DESKTOP, NOON)).rejects.toMatchObject(tooMany)
    await expect(signIn(email, 'correct horse', phone.device)).rejects.toMatchObject(tooMany)
    // An answer that was lost is asked for again: that is no new sign-in.
    await expect(consume(desktop.id, desktop.secret, undefined, DESKTOP, NOON)).resolves.toBeDefined()
    // The approval is not spent.
    await forget('signed_in', phone.session.userId)
    await expect(consume(late.id, late.secret, undefined, DESKTOP, NOON)).resolves.toBeDefined()
  })

  test('that comes to nothing is not counted', async () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    forgetLimiters()
    const email = await account()
    const phone = await signedIn(email)
    const { id, secret } = await openAndConfirm(phone)
    for (let made = 1; made < 29; made++) await take('signed_in', phone.session.userId)
    await signOut(phone.session, NOON, null)
    await expect(consume(id, secret, undefined, DESKTOP, NOON)).rejects.toMatchObject({ code: 'wrong_state' })
    await expect(signIn(email)).resolves.toBeDefined()
    await expect(signIn(email)).rejects.toMatchObject({ code: 'too_many_sign_ins' })
  })

  test('strangers who guess lock themselves out, not the owner on a device that is known', async () => {
    const email = await account()
    const owner = await signedIn(email)
    const scale = settings().rateLimitScale
    const guesses = await Promise.allSettled(Array.from({ length: 3 }, () => signIn(email, 'wrong')))
    expect(guesses.every(({ status }) => status === 'rejected')).toBe(true)
    for (let taken = 3; taken < 10 * scale; taken++) await take('sign_in_account', email)
    await expect(signIn(email)).rejects.toMatchObject({ code: 'rate_limited', extras: { retryAfter: 30 } })
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
    const session = strongSession(await signedIn(await account()))
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

test('a password is changed ten times in an hour at most: each time a mail tells of it', async () => {
  vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
  forgetLimiters()
  const { session } = await signedIn(await account())
  for (let made = 0; made < 10; made++) await take('new_password', session.userId)
  const change = (currentPassword: string) =>
    changePassword(session, { currentPassword, newPassword: 'battery staple' }, NOON, null)
  await expect(change('wrong')).rejects.toMatchObject({ code: 'proof_failed' })
  await expect(change('correct horse')).rejects.toMatchObject({ code: 'rate_limited' })
})

test('giving the password again makes a session strong', async () => {
  const { session, token, device } = await signedIn(await account())
  await expect(reauthenticate(session, 'wrong', NOON, null)).rejects.toMatchObject({ code: 'proof_failed' })
  await reauthenticate(session, 'correct horse', later(5), null)
  expect((await sessionOf(token, device)).factors).toEqual({ password: later(5) })
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
