/** Seeing what happened and undoing it, through the route handlers: who may, and with what. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '@/lib/db'
import { AppError } from '@/lib/errors'
import { linkSecret } from '@/lib/notify/notice'
import { Browser } from '@/lib/testing/browser'
import {
  DESKTOP,
  givePassword,
  letIn,
  makePhone,
  makeUser,
  PASSWORD,
  type SignedInDevice,
} from '@/lib/testing/people'
import { joinToken, newId, newSecret } from '@/lib/tokens'
import * as wire from '@/lib/wire'
import * as exported from './activity/export/route'
import * as activity from './activity/route'
import * as notice from './notices/[id]/route'
import * as notices from './notices/route'
import * as reauthenticate from './reauthenticate/route'
import * as look from './report/look/route'
import * as report from './report/route'
import * as reportSession from './sessions/[id]/report/route'
import * as sessions from './sessions/route'

const nobody = () => new Browser('203.0.113.50')
let phone: Browser
let desktop: Browser
let onPhone: SignedInDevice
let onDesktop: SignedInDevice

function browserOf({ token, device }: SignedInDevice): Browser {
  const browser = nobody()
  browser.cookies.set('qrl-session', token)
  browser.cookies.set('qrl-device', device)
  return browser
}

beforeEach(async () => {
  const { id } = await makeUser()
  await givePassword(id)
  onPhone = await makePhone(id, new Date())
  onDesktop = await letIn(onPhone, new Date())
  phone = browserOf(onPhone)
  desktop = browserOf(onDesktop)
})

const stranger = async () => browserOf(await makePhone((await makeUser()).id, new Date()))
const told = async (browser: Browser) =>
  wire.NoticeList.parse((await browser.call(notices.GET, 'GET')).body).notices
const dismiss = (browser: Browser, id: string) => browser.call(notice.DELETE, 'DELETE', { params: { id } })
const reportAs = (browser: Browser, id: string) =>
  browser.call(reportSession.POST, 'POST', { params: { id } })
const page = async (browser: Browser) =>
  wire.ActivityPage.parse((await browser.call(activity.GET, 'GET')).body)
const isSignedIn = async (browser: Browser) => (await browser.call(sessions.GET, 'GET')).status === 200

describe('without a session', () => {
  test.each([
    ['the activity', activity.GET, 'GET'],
    ['its export', exported.GET, 'GET'],
    ['the notices', notices.GET, 'GET'],
    ['dismissing one', notice.DELETE, 'DELETE'],
    ['reporting a session', reportSession.POST, 'POST'],
  ] as const)('%s is refused', async (_, handler, method) => {
    const answer = await nobody().call(handler as never, method, { params: { id: newId() } })
    expect([answer.status, answer.body.code]).toEqual([401, 'sign_in_required'])
  })
})

describe('a stranger', () => {
  test('sees, dismisses and reports nothing of another account, and learns nothing by trying', async () => {
    const other = await stranger()
    const [{ id } = { id: '' }] = await told(phone)
    expect(await told(other)).toEqual([])
    const answers = [
      await dismiss(other, id),
      await dismiss(other, newId()),
      await reportAs(other, onDesktop.session.id),
      await reportAs(other, newId()),
    ]
    for (const { status, body } of answers) expect([status, body.code]).toEqual([404, 'not_found'])
    expect((await page(other)).entries.map(({ type }) => type)).toEqual(['session_created'])
    expect(await told(phone)).toHaveLength(1)
    expect(await isSignedIn(desktop)).toBe(true)
  })
})

describe('"This wasn’t me", by the same account', () => {
  test('ends the session with what it let in, once', async () => {
    expect((await reportAs(phone, onDesktop.session.id)).body).toEqual({ ended: 1 })
    expect(await isSignedIn(desktop)).toBe(false)
    expect(await told(phone)).toEqual([])
    expect((await reportAs(phone, onDesktop.session.id)).status).toBe(404)
  })

  test('is said of no session by itself', async () => {
    expect((await reportAs(phone, onPhone.session.id)).status).toBe(404)
  })

  test('takes the password where a code has made the session', async () => {
    const refused = await reportAs(desktop, onPhone.session.id)
    expect(refused.body.code).toBe('reauthentication_required')
    expect(await told(desktop)).toEqual([])
    await desktop.call(reauthenticate.POST, 'POST', { body: { password: PASSWORD } })
    const [mine] = await told(desktop)
    expect(mine?.session?.id).toBe(onPhone.session.id)
    expect((await dismiss(desktop, mine!.id)).status).toBe(204)
    const list = wire.SessionList.parse((await desktop.call(sessions.GET, 'GET')).body).sessions
    expect(list.map(({ probationEndsAt }) => probationEndsAt)).toEqual([null, null])
  })
})

describe('the link in the mail', () => {
  let token: string

  beforeEach(async () => {
    const { id } = await db().read((client) =>
      client.notice.findFirstOrThrow({ where: { sessionId: onDesktop.session.id } }),
    )
    token = joinToken(id, linkSecret(id))
  })
  const lookAt = (held = token) => nobody().call(look.POST, 'POST', { body: { token: held } })
  const use = (held = token) => nobody().call(report.POST, 'POST', { body: { token: held } })

  test('shows what it is about, without addresses, as often as it is looked at', async () => {
    for (let times = 0; times < 2; times++) {
      const { status, body } = await lookAt()
      expect(status).toBe(200)
      expect(wire.ReportView.strict().parse(body)).toMatchObject({ device: DESKTOP.agent, live: true })
      expect(JSON.stringify(body)).not.toContain(DESKTOP.address)
      expect(JSON.stringify(body)).not.toContain('@')
    }
    expect(await isSignedIn(desktop)).toBe(true)
  })

  test('ends the session by a press, once, even of two at the same time', async () => {
    const answers = await Promise.all([use(), use()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404])
    expect(await isSignedIn(desktop)).toBe(false)
    expect(await isSignedIn(phone)).toBe(true)
    expect((await lookAt()).body.code).toBe('not_found')
  })

  test('is of no use to other pages', async () => {
    const headers = { origin: 'https://attacker.example' }
    const answer = await nobody().call(report.POST, 'POST', { body: { token }, headers })
    expect(answer.body.code).toBe('cross_site')
    expect((await lookAt()).status).toBe(200)
  })

  test('can’t be made up', async () => {
    const [id] = token.split('.') as [string]
    for (const made of [joinToken(id, newSecret()), joinToken(newId(), newSecret()), id.repeat(2)]) {
      expect((await lookAt(made)).status).toBe(404)
      expect((await use(made)).status).toBe(404)
    }
    expect(await isSignedIn(desktop)).toBe(true)
  })

  test('lives for seven days', async () => {
    const age = (milliseconds: number) =>
      db().write((tx) =>
        tx.notice.updateMany({
          where: { sessionId: onDesktop.session.id },
          data: { linkEndsAt: new Date(Date.now() + milliseconds) },
        }),
      )
    const row = await db().read((client) =>
      client.notice.findFirstOrThrow({ where: { sessionId: onDesktop.session.id } }),
    )
    expect(row.linkEndsAt!.getTime() - row.createdAt.getTime()).toBe(7 * 86_400_000)
    await age(60_000)
    expect((await lookAt()).status).toBe(200)
    await age(-1)
    expect((await lookAt()).status).toBe(404)
    expect((await use()).status).toBe(404)
  })
})

describe('the export', () => {
  test('is a file of the reader’s own log', async () => {
    const { status, headers, body } = await phone.call(exported.GET, 'GET')
    expect(status).toBe(200)
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="activity-\d{4}-\d\d-\d\d\.json"$/,
    )
    expect(headers.get('cache-control')).toBe('private, no-store')
    const { entries } = wire.ActivityExport.parse(body)
    expect(entries.map(({ id }) => id)).toEqual((await page(phone)).entries.map(({ id }) => id))
  })

  test('is refused like any other call where the database is away', async () => {
    // The session is found, and then nothing more.
    const query = db().query.bind(db())
    vi.spyOn(db(), 'query')
      .mockImplementationOnce(query)
      .mockRejectedValue(new AppError('unavailable', { retryAfter: 2 }))
    const answer = await phone.call(exported.GET, 'GET')
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
    expect(answer.headers.get('content-disposition')).toBeNull()
  })
})

test.each(['of=nothing', 'before=0', 'before=x', 'limit=0', 'limit=101'])(
  'the activity is not read by %s',
  async (query) => {
    const url = `http://localhost:3000/api/activity?${query}`
    const answer = await phone.call(
      (request, context) => activity.GET(new Request(url, request), context) as Promise<Response>,
      'GET',
    )
    expect(answer.body.code).toBe('invalid_input')
  },
)
