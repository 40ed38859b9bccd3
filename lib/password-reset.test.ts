import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as audits from './audit'
import { db } from './db'
import * as emails from './email'
import { settings } from './env'
import { tryTake } from './limits/limits'
import * as links from './notify/links'
import * as notices from './notify/notice'
import { disableUser, resetPassword } from './operator'
import { resetByLink, sendResetLink } from './password-reset'
import * as passwords from './passwords'
import { findSession } from './sessions/current'
import { refused, rowOf } from './testing/outcomes'
import {
  givePassword,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  openAndConfirm,
  PASSWORD,
  STRANGE,
} from './testing/people'
import { changePassword, signInWithPassword } from './users'

const NEW = 'battery staple horse'

let id: string
let email: string

beforeEach(async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  ;({ id, email } = await makeUser())
  await db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: NOON } }))
})

const noticesOf = (userId: string) =>
  db().read((client) => client.notice.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } }))

const ask = (address = email, now = NOON, from: string | null = null) =>
  sendResetLink({ email: address, locale: 'zh' }, now, from)

/** What the newest mail with a link carries. */
async function mailedLink(now = NOON): Promise<string> {
  await ask(email, now)
  const notices = await noticesOf(id)
  return links.linkToken(notices.filter(({ type }) => type === 'reset_password').at(-1)!, now)!
}

const hashOf = async () =>
  (await db().read((client) => client.user.findUniqueOrThrow({ where: { id } }))).passwordHash
const reset = (token: string, now = NOON) => resetByLink({ token, newPassword: NEW }, now, '203.0.113.7')

describe('asking for a link', () => {
  test('mails one to a confirmed address', async () => {
    await ask()
    expect(await noticesOf(id)).toMatchObject([{ type: 'reset_password', mailTo: email, mailDueAt: NOON }])
  })

  test('mails the link that claims an address which was never confirmed, in the language of who asks', async () => {
    await db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: null } }))
    await ask()
    expect(await noticesOf(id)).toMatchObject([{ type: 'confirm_email', mailTo: email, mailDueAt: NOON }])
    const { locale } = await db().read((client) => client.user.findUniqueOrThrow({ where: { id } }))
    expect(locale).toBe('zh')
  })

  test('leaves the language of a confirmed account alone', async () => {
    await ask()
    const { locale } = await db().read((client) => client.user.findUniqueOrThrow({ where: { id } }))
    expect(locale).toBe('en')
  })

  test.each([
    ['confirmed', NOON],
    ['never confirmed', null],
  ])('mails none to a disabled account, %s', async (_, emailConfirmedAt) => {
    await db().write((tx) => tx.user.update({ where: { id }, data: { disabledAt: NOON, emailConfirmedAt } }))
    await ask()
    expect(await noticesOf(id)).toEqual([])
  })

  test('does the same work for an address that nobody has, or never confirmed', async () => {
    const works = [
      vi.spyOn(audits, 'auditCounted'),
      vi.spyOn(emails, 'awaitsOwner'),
      vi.spyOn(notices, 'notify'),
    ]
    const unconfirmed = await makeUser()
    for (const [times, address] of [unconfirmed.email, 'nobody@example.org', email].entries()) {
      await ask(address)
      for (const work of works) expect(work).toHaveBeenCalledTimes(times + 1)
    }
    const events = await db().read((client) =>
      client.auditEvent.findMany({ where: { type: 'password_forgotten' }, orderBy: { id: 'desc' }, take: 2 }),
    )
    expect(events.map(({ userId }) => userId)).toEqual([id, null])
  })
})

describe('asking again and again', () => {
  const mails = async () => (await noticesOf(id)).filter(({ type }) => type === 'reset_password')

  test('leaves, at every moment, a link that is good for a quarter of an hour or more', async () => {
    // A stranger asks every three minutes for an hour; the owner asks half a minute later.
    for (let minute = 0; minute < 60; minute += 3) {
      await ask(email, later(minute * 60), '203.0.113.66')
      const asked = later(minute * 60 + 30)
      await ask(email, asked)
      const newest = (await mails()).at(-1)!
      expect(newest.linkEndsAt!.getTime()).toBeGreaterThanOrEqual(later(15 * 60, asked).getTime())
      expect(links.linkToken(newest, asked)).not.toBeNull()
    }
    expect(await mails()).toHaveLength(8)
    const entries = await db().read((client) =>
      client.auditEvent.findMany({ where: { userId: id, address: '203.0.113.66' }, orderBy: { id: 'asc' } }),
    )
    expect(entries.map(({ count }) => count)).toEqual([5, 5, 5, 5])
  })

  test('brings a new one at once, where those before were ended', async () => {
    for (let i = 0; i < 3; i++) await ask()
    const [first] = await mails()
    await reset(links.linkToken(first!, NOON)!)
    await ask(email, later(1))
    expect(await mails()).toHaveLength(3)
  })

  test('is silent for half of a link’s life at most, whatever the link is for', () => {
    for (const seconds of Object.values(notices.LINK_SECONDS))
      if (seconds !== null) expect(notices.ASK_SECONDS * 2).toBeLessThanOrEqual(seconds)
  })
})

describe('a link', () => {
  test('sets a password, ends all sessions and requests, and forgets the browsers', async () => {
    const phone = await makePhone(id)
    const desktop = await letIn(phone)
    const { id: requestId } = await openAndConfirm(phone)
    await reset(await mailedLink())
    expect(await passwords.verifyPassword(await hashOf(), NEW)).toBe(true)
    for (const { token, device } of [phone, desktop])
      expect(await findSession(token, device, NOON, null)).toBeNull()
    const { state, devices, events } = await db().read(async (client) => ({
      state: (await rowOf(requestId)).reason,
      devices: await client.device.findMany({ where: { userId: id } }),
      events: await client.auditEvent.findMany({ where: { userId: id, type: 'password_changed' } }),
    }))
    expect(state).toBe('session_ended')
    expect(devices.map(({ distrustedAt }) => distrustedAt)).toEqual([NOON, NOON])
    expect(events).toMatchObject([{ detail: 'link', address: '203.0.113.7' }])
    expect((await noticesOf(id)).at(-1)).toMatchObject({ type: 'password_changed', mailTo: email })
  })

  test('lets the owner in at once in a new browser, however often strangers guessed at the password before', async () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))
    const signIn = () =>
      signInWithPassword({ email, password: NEW, deviceCookie: undefined, ...STRANGE }, NOON)
    while (await tryTake('sign_in_account', email));
    expect(await refused(signIn())).toBe('rate_limited')
    await reset(await mailedLink())
    await signIn()
  })

  test('works once, of two that come at once too', async () => {
    const token = await mailedLink()
    const outcomes = await Promise.allSettled([reset(token), reset(token)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await refused(reset(token))).toBe('not_found')
  })

  test('lasts half an hour', async () => {
    const token = await mailedLink()
    expect(await refused(reset(token, later(1800)))).toBe('not_found')
    await reset(token, later(1799))
  })

  test('is not taken away by whoever asks for another, and dies with the password that it was for', async () => {
    const token = await mailedLink()
    const newer = await mailedLink(later(60))
    await reset(token, later(61))
    expect(await refused(reset(newer, later(61)))).toBe('not_found')
  })

  test('is worth nothing once the password was changed otherwise', async () => {
    await givePassword(id)
    const phone = await makePhone(id)
    const change = { currentPassword: PASSWORD, newPassword: NEW }
    const first = await mailedLink()
    await changePassword(phone.session, change, NOON, null)
    expect(await refused(reset(first))).toBe('not_found')
    const second = await mailedLink()
    await resetPassword(email, NEW, NOON)
    expect(await refused(reset(second))).toBe('not_found')
    const told = (await noticesOf(id)).filter(({ type }) => type === 'password_changed')
    expect(told).toHaveLength(2)
  })

  test('opens no account that was disabled since, and stays good for when it is enabled', async () => {
    const token = await mailedLink()
    await disableUser(email, NOON)
    expect(await refused(reset(token))).toBe('not_found')
    await db().write((tx) => tx.user.update({ where: { id }, data: { disabledAt: null } }))
    await reset(token)
  })

  test('of another account, another kind, or nobody’s making sets nothing, and nothing is hashed for it', async () => {
    const hashed = vi.spyOn(passwords, 'hashPassword')
    const token = await mailedLink()
    const other = await makePhone((await makeUser()).id)
    const [notice] = await noticesOf(other.session.userId)
    for (const forged of [
      links.linkToken(notice!, NOON)!,
      `${token.slice(0, 23)}${'A'.repeat(43)}`,
      `${notice!.id}.${token.slice(23)}`,
      'x'.repeat(66),
    ])
      expect(await refused(reset(forged))).toBe('not_found')
    expect(hashed).not.toHaveBeenCalled()
    expect(await hashOf()).toBe('none')
  })
})
