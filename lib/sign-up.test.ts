import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from './db'
import { settings } from './env'
import { disableUser } from './operator'
import { verifyPassword } from './passwords'
import * as passwords from './passwords'
import { signUp } from './sign-up'
import { refused, tally } from './testing/outcomes'
import { later, makeUser, NOON } from './testing/people'

let count = 0
let email: string

beforeEach(() => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  email = `new${++count}@example.org`
})

const FIRST = { name: 'Ada', password: 'correct horse', locale: 'en' } as const
const SECOND = { name: 'Mallory', password: 'battery staple', locale: 'zh' } as const
const signUpAs = (person: typeof FIRST | typeof SECOND, now = NOON) =>
  signUp({ ...person, email }, now, '203.0.113.7')

const user = () => db().read((client) => client.user.findUniqueOrThrow({ where: { email } }))
const asked = async () => {
  const { id: userId } = await user()
  return db().read((client) => client.notice.findMany({ where: { userId, type: 'confirm_email' } }))
}
const events = async () => {
  const { id: userId } = await user()
  const rows = await db().read((client) =>
    client.auditEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } }),
  )
  return rows.map(({ type }) => type)
}

test('an account is made, asked to confirm its address, and kept for a week without a session', async () => {
  await signUpAs(FIRST)
  expect(await user()).toMatchObject({ name: 'Ada', emailConfirmedAt: null, confirmBy: later(7 * 86_400) })
  expect(await asked()).toMatchObject([{ mailTo: email }])
})

test('without a mail server nobody can confirm: the account is kept, and its address is taken', async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(undefined)
  await signUpAs(FIRST)
  expect(await user()).toMatchObject({ confirmBy: null })
  expect(await refused(signUpAs(SECOND))).toBe('invalid_input')
})

test('a confirmed address is taken', async () => {
  const { id, email: confirmed } = await makeUser()
  await db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: NOON } }))
  email = confirmed
  expect(await refused(signUpAs(SECOND))).toBe('invalid_input')
})

describe('signing up with an address that was never confirmed', () => {
  beforeEach(() => signUpAs(FIRST))

  test('mails the link that claims it, in the language of the browser, and keeps no name and no password', async () => {
    const before = await user()
    await signUpAs(SECOND)
    expect(await user()).toEqual({ ...before, locale: 'zh' })
    expect(await verifyPassword(before.passwordHash, FIRST.password)).toBe(true)
    expect(await asked()).toMatchObject([{ mailTo: email }, { mailTo: email }])
    expect(await events()).toEqual(['account_created', 'sign_up_repeated'])
  })

  test('does what signing up does: it hashes a password', async () => {
    const hashed = vi.spyOn(passwords, 'hashPassword')
    await signUpAs(SECOND)
    expect(hashed).toHaveBeenCalledExactlyOnceWith(SECOND.password)
  })

  test('mails two links in a quarter of an hour at most, and answers alike', async () => {
    for (let times = 0; times < 5; times++) await signUpAs(SECOND)
    expect(await asked()).toHaveLength(2)
    await signUpAs(SECOND, later(16 * 60))
    expect(await asked()).toHaveLength(3)
  })

  test('mails none to a disabled account, and answers alike', async () => {
    await disableUser(email, NOON)
    await signUpAs(SECOND)
    expect(await asked()).toHaveLength(1)
  })
})

test('of ten who sign up at once with one address, one has the account, and all are answered alike', async () => {
  const all = Array.from({ length: 10 }, () => signUpAs(FIRST))
  expect(await tally(all)).toEqual({ done: 10 })
  expect((await events()).filter((type) => type === 'account_created')).toHaveLength(1)
  expect(await asked()).toHaveLength(2)
})
