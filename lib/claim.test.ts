/** An address belongs to the person who shows that mail reaches them, and not to the first who signs up with it. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { claimAddress } from './claim'
import { db } from './db'
import { confirmEmail } from './email'
import { settings } from './env'
import { linkToken } from './notify/links'
import { consume } from './login/consume'
import { disableUser, enableUser, listUsers } from './operator'
import { sendResetLink } from './password-reset'
import * as passwords from './passwords'
import { blockAll } from './sessions/block'
import { findSession } from './sessions/current'
import { refused, rowOf, tally } from './testing/outcomes'
import {
  DESKTOP,
  givePassword,
  later,
  letIn,
  locked,
  makePhone,
  makeUser,
  NOON,
  openAndConfirm,
  PASSWORD,
  PHONE,
  type SignedInDevice,
  type StrongDevice,
} from './testing/people'
import { changeName, changePassword, signInWithPassword } from './users'

const STRANGERS = PASSWORD
const OWNERS = 'battery staple horse'
const ROUNDS = Array.from({ length: 20 }, (_, round) => round + 1)

let email: string
let id: string
let stranger: StrongDevice

const userBy = (address = email) =>
  db().read((client) => client.user.findUniqueOrThrow({ where: { email: address } }))
const userOf = (userId: string) =>
  db().read((client) => client.user.findUniqueOrThrow({ where: { id: userId } }))
const noticesOf = (userId: string) =>
  db().read((client) => client.notice.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } }))
const eventsOf = async (userId: string) =>
  (
    await db().read((client) => client.auditEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } }))
  ).map(({ type, detail }) => [type, detail].filter(Boolean).join(' '))

const signIn = (password: string, deviceCookie?: string) =>
  signInWithPassword({ email, password, deviceCookie, ...PHONE }, NOON)

/** What the mails that ask for a confirmation carry, oldest first. */
const linksOf = async (userId: string, now = NOON) =>
  (await noticesOf(userId)).flatMap((notice) =>
    notice.type === 'confirm_email' ? (linkToken(notice, now) ?? []) : [],
  )
const link = async () => (await linksOf(id))[0]!

const claim = (token: string, now = NOON) =>
  claimAddress({ token, name: 'Ada', newPassword: OWNERS, locale: 'en' }, now, '203.0.113.7')
const isIn = async ({ token, device }: SignedInDevice) =>
  (await findSession(token, device, NOON, null)) !== null

beforeEach(async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  ;({ id, email } = await makeUser('陌生人'))
  await givePassword(id)
  await sendResetLink({ email, locale: 'zh' }, NOON, null)
  stranger = await makePhone(id)
})

describe('a claim', () => {
  test('gives the owner a new account, confirmed, with a name, a password and a language of their own', async () => {
    await claim(await link(), later(60))
    const owner = await userBy()
    expect(owner.id).not.toBe(id)
    expect(owner).toMatchObject({ name: 'Ada', locale: 'en', emailConfirmedAt: later(60), confirmBy: null })
    expect(await eventsOf(owner.id)).toEqual(['account_claimed'])
    expect(await noticesOf(owner.id)).toMatchObject([{ type: 'password_changed', mailTo: email }])
    await signIn(OWNERS)
    expect(await refused(signIn(STRANGERS))).toBe('proof_failed')
    expect(await refused(signIn(STRANGERS, stranger.device))).toBe('proof_failed')
  })

  test('ends the sessions of the stranger, what they let in, and what they have in hand', async () => {
    const derived = await letIn(stranger)
    const independent = await letIn(stranger, NOON, 'independent')
    const approved = await openAndConfirm(stranger)
    const gone = [stranger, derived, independent]
    await claim(await link())
    for (const device of gone) expect(await isIn(device)).toBe(false)
    expect(await rowOf(approved.id)).toMatchObject({ state: 'rejected', reason: 'session_ended' })
    expect(await refused(consume(approved.id, approved.secret, undefined, DESKTOP, NOON))).toMatch(
      'wrong_state',
    )
    const ended = (await eventsOf(id)).filter((event) => event === 'session_ended claimed')
    expect(ended).toHaveLength(gone.length)
    expect(await eventsOf(id)).toContain('account_given_up claimed')
  })

  test('leaves the stranger nothing to change', async () => {
    await claim(await link())
    const change = { currentPassword: STRANGERS, newPassword: `${STRANGERS}!` }
    expect(await refused(changeName(stranger.session, 'Mallory', NOON, null))).toBe('sign_in_required')
    expect(await refused(changePassword(stranger.session, change, NOON, null))).toBe('sign_in_required')
    expect(await userBy()).toMatchObject({ name: 'Ada' })
  })

  test('carries nothing over: no device, block, notice, session or entry of the old account', async () => {
    const desktop = { deviceId: null, address: '192.0.2.1', browser: null, system: null }
    await db().move(async (tx) => blockAll(await locked(tx, id), [desktop], NOON))
    await claim(await link())
    const owner = await userBy()
    const own = { where: { userId: owner.id } }
    const { devices, blocks, sessions } = await db().read(async (client) => ({
      devices: await client.device.count(own),
      blocks: await client.block.count(own),
      sessions: await client.session.count(own),
    }))
    expect([devices, blocks, sessions]).toEqual([0, 0, 0])
    // The browser that was the account's is a strange one.
    const { deviceToken } = await signIn(OWNERS, stranger.device)
    expect(deviceToken).not.toBe(stranger.device)
  })

  test('is no account more to the operator, who finds the owner by the address', async () => {
    await claim(await link())
    const listed = (await listUsers(NOON)).filter((user) => user.email === email || user.email === id)
    expect(listed).toMatchObject([{ email, name: 'Ada', disabledAt: null }])
    await disableUser(email, NOON)
    await enableUser(email, NOON)
    await signIn(OWNERS)
  })

  test('takes the link once, and ends the others', async () => {
    await sendResetLink({ email, locale: 'en' }, NOON, null)
    const [first, second] = await linksOf(id)
    await claim(second!)
    expect(await refused(claim(second!))).toBe('not_found')
    expect(await refused(claim(first!))).toBe('not_found')
  })

  test('is over after a day', async () => {
    const token = await link()
    expect(await refused(claim(token, later(86_400)))).toBe('not_found')
    await claim(token, later(86_399))
  })

  test('takes no confirmed address: its session came first', async () => {
    const token = await link()
    await confirmEmail({ token, session: stranger.session, locale: 'en' }, NOON, null)
    expect(await refused(claim(token))).toBe('not_found')
  })

  test('takes no disabled account, and the link stays good for when it is enabled', async () => {
    const token = await link()
    await disableUser(email, NOON)
    expect(await refused(claim(token))).toBe('not_found')
    await enableUser(email, NOON)
    await claim(token)
  })

  test('of another kind, or of nobody’s making, takes nothing, and nothing is hashed for it', async () => {
    const hashed = vi.spyOn(passwords, 'hashPassword')
    const token = await link()
    const notices = await noticesOf(id)
    const other = linkToken(
      notices.find(({ type }) => type === 'session_created')!,
      NOON,
    )!
    for (const forged of [other, `${token.slice(0, 23)}${'A'.repeat(43)}`, 'x'.repeat(66)])
      expect(await refused(claim(forged))).toBe('not_found')
    expect(hashed).not.toHaveBeenCalled()
    expect(await isIn(stranger)).toBe(true)
  })

  test('leaves no link that was asked for in the same moment', async () => {
    await claim(await link())
    await sendResetLink({ email, locale: 'en' }, NOON, null)
    expect(await linksOf(id)).toEqual([])
    const owner = await userBy()
    expect((await noticesOf(owner.id)).map(({ type }) => type)).toEqual([
      'password_changed',
      'reset_password',
    ])
  })
})

describe('at the same moment', () => {
  /** Afterwards the address is the owner's, and nobody is in. */
  async function expectOwners() {
    const old = await userOf(id)
    expect(old).toMatchObject({ email: id, disabledAt: NOON })
    const owner = await userBy()
    expect(owner).toMatchObject({ name: 'Ada', emailConfirmedAt: NOON })
    expect(owner.passwordHash).not.toBe(old.passwordHash)
    expect(await isIn(stranger)).toBe(false)
    expect(await db().read((client) => client.session.count({ where: { userId: owner.id } }))).toBe(0)
  }

  test.each(ROUNDS)('a claim and a sign-in: no session of the stranger is left (%i)', async () => {
    const token = await link()
    const [signed] = await Promise.allSettled([signIn(STRANGERS), claim(token)])
    if (signed?.status === 'fulfilled')
      expect(await findSession(signed.value.token, signed.value.deviceToken, NOON, null)).toBeNull()
    await expectOwners()
  })

  test.each(ROUNDS)('a claim and a consume: no desktop of the stranger is left (%i)', async (round) => {
    const { id: requestId, secret } = await openAndConfirm(
      stranger,
      NOON,
      round % 2 === 0 ? 'derived' : 'independent',
    )
    const token = await link()
    const [consumed] = await Promise.allSettled([
      consume(requestId, secret, undefined, DESKTOP, NOON),
      claim(token),
    ])
    if (consumed?.status === 'fulfilled')
      expect(await findSession(consumed.value.token, consumed.value.deviceToken, NOON, null)).toBeNull()
    await expectOwners()
  })

  test.each(ROUNDS.slice(10))(
    'two claims, by one link or by two: one gets the address (%i)',
    async (round) => {
      await sendResetLink({ email, locale: 'en' }, NOON, null)
      const [first, second] = await linksOf(id)
      const counts = await tally([claim(first!), claim(round % 2 === 0 ? first! : second!)])
      expect(counts).toEqual({ done: 1, not_found: 1 })
      await expectOwners()
    },
  )

  test.each(ROUNDS.slice(10))('a claim and a confirmation: the address is one person’s (%i)', async () => {
    await sendResetLink({ email, locale: 'en' }, NOON, null)
    const [first, second] = await linksOf(id)
    const own = { token: second!, session: stranger.session, locale: 'en' } as const
    const [confirmed, claimed] = await Promise.allSettled([confirmEmail(own, NOON, null), claim(first!)])
    expect([confirmed.status, claimed.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(await linksOf(id)).toEqual([])
    if (claimed.status === 'fulfilled') return expectOwners()
    expect(await userBy()).toMatchObject({ id, emailConfirmedAt: NOON })
    expect(await isIn(stranger)).toBe(true)
  })
})
