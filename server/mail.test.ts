/** From a notice to a letter in somebody's hands, through a real mail server. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../lib/db'
import { settings } from '../lib/env'
import { log } from '../lib/log'
import { findLink, linkToken } from '../lib/notify/links'
import { notify } from '../lib/notify/notice'
import { MAIL_PASSWORD, MailServer } from '../lib/testing/mail-server'
import { letIn, later, makePhone, makeUser, NOON } from '../lib/testing/people'
import { letterOf, startMail } from './mail'

let server: MailServer
let stop: () => Promise<void>

beforeEach(async () => {
  server = await MailServer.start()
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(server.localUrl)
  await db().write((tx) => tx.notice.deleteMany())
  begin()
})
afterEach(async () => {
  await stop()
  await server.stop()
})

function begin(): void {
  stop = startMail({ ...settings(), smtpUrl: server.localUrl })
}

async function confirmedUser(locale = 'en') {
  const { id, email } = await makeUser()
  await db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: NOON, locale } }))
  return { id, email }
}

const tell = (userId: string, type: 'password_changed' | 'reset_password', now = new Date()) =>
  db().write((tx) => notify(tx, { userId, type }, now))
const notices = () => db().read((client) => client.notice.findMany())
const arrived = (count: number) =>
  vi.waitFor(() => expect(server.received).toHaveLength(count), { timeout: 10_000 })
/** Makes due what waits for its next try. */
const hurry = () =>
  db().write((tx) => tx.notice.updateMany({ where: { mailDueAt: { not: null } }, data: { mailDueAt: NOON } }))
const waiting = () =>
  vi.waitFor(async () => {
    const [notice] = await notices()
    expect(notice!.mailTries).toBeGreaterThan(0)
    expect(notice!.mailDueAt!.getTime()).toBeLessThan(Date.now() + 100_000)
  })

describe('a sign-in', () => {
  test('is told of with its facts and a link that is good', async () => {
    const { id, email } = await confirmedUser()
    const now = new Date()
    const phone = await makePhone(id, now)
    await letIn(phone, now)
    await arrived(2)
    const letter = server.received.find(({ text }) => text.includes('Chrome on Windows'))!
    expect(letter.to).toEqual([email])
    expect(letter.text).toContain('Approved by: Safari on iOS')
    const [, token] = /\/not-me#(\S+)/.exec(letter.text)!
    const notice = await db().query((client) => findLink(client, token!, 'session_created', now))
    expect(letter.headers.get('message-id')).toBe(`<${notice.id}@localhost>`)
    await vi.waitFor(async () =>
      expect((await notices()).map(({ mailDueAt, mailTries }) => [mailDueAt, mailTries])).toEqual([
        [null, 1],
        [null, 1],
      ]),
    )
  })

  test('is as quick where the mail server hangs', async () => {
    server.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 1500))
    const { id } = await confirmedUser()
    const phone = await makePhone(id, new Date())
    await arrived(1)
    const began = performance.now()
    await letIn(phone, new Date())
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('trouble', () => {
  test('of a server that is busy passes', async () => {
    server.refusal = { at: 'RCPT', code: 451 }
    const { id } = await confirmedUser()
    await tell(id, 'password_changed')
    await waiting()
    server.refusal = undefined
    await hurry()
    await tell(id, 'password_changed')
    await arrived(2)
  })

  test('of a server that is away passes, over a restart too', async () => {
    await server.stop()
    const warned = vi.spyOn(log(), 'warn')
    const { id } = await confirmedUser()
    await tell(id, 'password_changed')
    await waiting()
    await stop()
    await server.start()
    await hurry()
    begin()
    await arrived(1)
    expect(JSON.stringify(warned.mock.calls)).toMatch(/mail_delayed/)
    expect(JSON.stringify(warned.mock.calls)).not.toContain(MAIL_PASSWORD)
    expect(JSON.stringify(warned.mock.calls)).not.toContain(encodeURIComponent(MAIL_PASSWORD))
  })

  test('between sending and marking makes a duplicate with the same Message-ID', async () => {
    const { id } = await confirmedUser()
    const moved = vi.spyOn(db(), 'move')
    server.beforeAnswer = async () => void moved.mockRejectedValueOnce(new Error('the process is gone'))
    await tell(id, 'password_changed')
    await arrived(1)
    server.beforeAnswer = undefined
    await vi.waitFor(() => expect(moved).toHaveBeenCalledTimes(2))
    await hurry()
    await tell(id, 'password_changed')
    await arrived(3)
    const ids = server.received.map(({ headers }) => headers.get('message-id'))
    expect(ids.filter((one) => one === ids[0])).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('a letter is not written', () => {
  const site = { appUrl: 'http://localhost:3000', appName: 'QR Login' }

  test.each([
    ['used', { linkHash: null }],
    ['over', { linkEndsAt: later(-1) }],
    ['made with a secret that is accepted no more', { linkHash: 'x'.repeat(43) }],
  ])('where its link was %s', async (_, data) => {
    await stop()
    const { id } = await confirmedUser()
    await tell(id, 'reset_password', NOON)
    const [notice] = await notices()
    expect(await letterOf(notice!, NOON, site)).not.toBeNull()
    const spoilt = await db().write((tx) => tx.notice.update({ where: { id: notice!.id }, data }))
    expect(await letterOf(spoilt, NOON, site)).toBeNull()
  })

  test('where the account is gone', async () => {
    await stop()
    const { id } = await confirmedUser()
    await tell(id, 'password_changed', NOON)
    const [notice] = await notices()
    await db().write((tx) => tx.user.delete({ where: { id } }))
    expect(await letterOf(notice!, NOON, site)).toBeNull()
  })
})

test('a link that was made with an older secret is the same in its letter', async () => {
  await stop()
  const { id } = await confirmedUser()
  await tell(id, 'reset_password', NOON)
  const [notice] = await notices()
  const before = linkToken(notice!, NOON)
  const { authSecrets } = settings()
  vi.spyOn(settings(), 'authSecrets', 'get').mockReturnValue(['n'.repeat(40), ...authSecrets])
  expect(before).not.toBeNull()
  expect(linkToken(notice!, NOON)).toBe(before)
})
