/** What is done by mail, through its route handlers. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '@/lib/db'
import { settings } from '@/lib/env'
import { LIMITS, take } from '@/lib/limits/limits'
import { linkToken } from '@/lib/notify/links'
import { Browser } from '@/lib/testing/browser'
import { letIn, makePhone, makeUser, type SignedInDevice } from '@/lib/testing/people'
import * as claim from './email/claim/route'
import * as confirm from './email/confirm/route'
import * as email from './email/route'
import * as locale from './locale/route'
import * as use from './password-reset/use/route'
import * as reset from './password-reset/route'
import * as users from './users/route'

let count = 0
let browser: Browser

beforeEach(() => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  browser = new Browser(`198.51.100.${++count}`)
})

function signIn({ token, device }: SignedInDevice): void {
  browser.cookies.set('qrl-session', token)
  browser.cookies.set('qrl-device', device)
}

const confirmedUser = async () => {
  const { id } = await makeUser()
  return db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: new Date() } }))
}
const post = (route: { POST: typeof reset.POST }, body?: object) => browser.call(route.POST, 'POST', { body })
const linksTo = async (userId: string) => {
  const notices = await db().read((client) => client.notice.findMany({ where: { userId } }))
  return notices.flatMap((notice) => linkToken(notice, new Date()) ?? [])
}

describe('asking for a new password', () => {
  test('is answered alike for every address', async () => {
    const { email: known } = await confirmedUser()
    const { email: unconfirmed } = await makeUser()
    const answers = []
    for (const address of [known, unconfirmed, 'nobody@example.org', ` ${known.toUpperCase()}`]) {
      const { status, headers, body } = await post(reset, { email: address })
      answers.push({ status, body, headers: [...headers] })
    }
    expect(answers[0]).toMatchObject({ status: 204 })
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test('is held to its limit by address alike', async () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))
    const { email: known } = await confirmedUser()
    const answers = []
    for (const address of [known, `nobody${count}@example.org`]) {
      browser = new Browser(`203.0.113.${++count}`)
      for (let taken = 0; taken < LIMITS.forgotten_address.points; taken++)
        await take('forgotten_address', browser.address)
      const { status, body } = await post(reset, { email: address })
      answers.push({ status, code: body?.code })
    }
    expect(answers).toEqual(Array(2).fill({ status: 429, code: 'rate_limited' }))
  })

  test('mails two links at most at a time, of ten who ask at once too, and is answered alike', async () => {
    const { id, email: address } = await confirmedUser()
    const asked = () => post(reset, { email: address })
    const answers = await Promise.all(Array.from({ length: 10 }, asked))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(204))
    expect(await linksTo(id)).toHaveLength(2)
  })

  test('leads to a new password by the link', async () => {
    const { id, email: address } = await confirmedUser()
    await post(reset, { email: address })
    const [token] = await linksTo(id)
    const short = await post(use, { token, newPassword: 'short' })
    expect(short).toMatchObject({ status: 400, body: { fields: [{ field: 'newPassword' }] } })
    expect(await post(use, { token, newPassword: 'battery staple' })).toMatchObject({ status: 204 })
    const again = await post(use, { token, newPassword: 'battery staple' })
    expect(again).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })
})

describe('confirming an address', () => {
  test('begins with signing up, in the language of the browser', async () => {
    const address = `zh${count}@example.org`
    await browser.call(users.POST, 'POST', {
      body: { name: '李白', email: address, password: 'correct horse' },
      headers: { 'accept-language': 'zh-CN,en;q=0.5' },
    })
    const user = await db().read((client) => client.user.findUniqueOrThrow({ where: { email: address } }))
    expect(user.locale).toBe('zh')
    const [token] = await linksTo(user.id)
    signIn(await makePhone(user.id, new Date()))
    expect(await post(confirm, { token })).toMatchObject({ status: 204 })
    expect(await post(confirm, { token })).toMatchObject({ status: 404 })
  })

  test('is a claim in a browser that is not signed in to the account, with a name and a new password', async () => {
    const address = `claimed${count}@example.org`
    const stranger = { name: 'Mallory', email: address, password: 'correct horse' }
    const first = await post(users, stranger)
    const owner = { name: 'Ada', newPassword: 'battery staple' }
    browser = new Browser(`203.0.113.${++count}`)
    const second = await post(users, { name: 'Ada', email: address, password: 'battery staple' })
    expect(second).toMatchObject({ status: first.status, body: first.body })
    expect([...second.headers]).toEqual([...first.headers])

    const { id } = await db().read((client) => client.user.findUniqueOrThrow({ where: { email: address } }))
    const [token] = await linksTo(id)
    expect(await post(confirm, { token })).toMatchObject({ status: 401, body: { code: 'sign_in_required' } })
    for (const body of [
      { token, newPassword: 'battery staple' },
      { token, name: 'Ada', newPassword: 'short' },
    ])
      expect(await post(claim, body)).toMatchObject({ status: 400 })
    expect(await post(claim, { token, ...owner })).toMatchObject({ status: 204 })
    expect(await post(claim, { token, ...owner })).toMatchObject({ status: 404 })
    const claimed = await db().read((client) => client.user.findUniqueOrThrow({ where: { email: address } }))
    expect(claimed).toMatchObject({ name: 'Ada', emailConfirmedAt: expect.any(Date) })
  })

  test('may be asked for again by who is signed in, and with a password only', async () => {
    expect(await post(email)).toMatchObject({ status: 401 })
    const { id } = await makeUser()
    const phone = await makePhone(id, new Date())
    signIn(await letIn(phone, new Date()))
    expect(await post(email)).toMatchObject({ status: 403, body: { code: 'reauthentication_required' } })
    signIn(phone)
    expect(await post(email)).toMatchObject({ status: 204 })
    expect(await linksTo(id)).not.toEqual([])
  })

  test('is asked for five times an hour at most', async () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    const { id } = await makeUser()
    signIn(await makePhone(id, new Date()))
    while (
      await take('confirm_email', id).then(
        () => true,
        () => false,
      )
    );
    expect(await post(email)).toMatchObject({ status: 429 })
  })
})

test('without a mail server there is nothing to ask for', async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(undefined)
  const { id, email: address } = await confirmedUser()
  signIn(await makePhone(id, new Date()))
  expect(await post(reset, { email: address })).toMatchObject({ status: 404 })
  expect(await post(email)).toMatchObject({ status: 404 })
})

test('the language that somebody chooses is kept in the browser and for mail', async () => {
  const { id } = await makeUser()
  signIn(await makePhone(id, new Date()))
  expect(await post(locale, { locale: 'zh' })).toMatchObject({ status: 204 })
  const user = await db().read((client) => client.user.findUniqueOrThrow({ where: { id } }))
  expect(user.locale).toBe('zh')
  expect(browser.cookies.get('qrl-locale')).toBe('zh')
})
