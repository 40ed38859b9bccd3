/** The API through its own route handlers: real Requests, a real database, two browsers. */
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '@/lib/db'
import { LIMITS, take } from '@/lib/limits/limits'
import { settings } from '@/lib/env'
import { sealedHeaders } from '@/lib/http/caller'
import { endHeld, heldCount } from '@/lib/limits/held'
import { log } from '@/lib/log'
import { requests } from '@/lib/login/requests'
import { Browser } from '@/lib/testing/browser'
import * as wire from '@/lib/wire'
import * as password from './account/password/route'
import * as account from './account/route'
import * as nextAuth from './auth/[...nextauth]/route'
import * as confirm from './login/[id]/confirm/route'
import * as events from './login/[id]/events/route'
import * as reject from './login/[id]/reject/route'
import * as request from './login/[id]/route'
import * as login from './login/route'
import * as scan from './login/scan/route'
import * as ticket from './login/ticket/route'
import * as openapi from './openapi.json/route'
import * as reauthenticate from './reauthenticate/route'
import * as selfTest from './self-test/route'
import * as session from './sessions/[id]/route'
import * as sessions from './sessions/route'
import * as users from './users/route'

const PASSWORD = 'correct horse battery'
let count = 0
let desktop: Browser
let phone: Browser

beforeEach(async () => {
  desktop = new Browser()
  phone = await signedUp('Ada Lovelace')
})

async function signedUp(name: string): Promise<Browser> {
  const browser = new Browser('203.0.113.5')
  const email = `someone${++count}@example.org`
  const created = await browser.call(users.POST, 'POST', {
    body: { name, email: ` ${email.toUpperCase()}`, password: PASSWORD },
  })
  expect([created.status, created.body]).toEqual([201, { email }])
  expect(await signIn(browser, 'password', { email, password: PASSWORD })).toMatchObject({ status: 200 })
  return browser
}

const auth = (browser: Browser, method: string, path: string, options: object = {}) =>
  browser.call(nextAuth.POST, method, { params: { nextauth: path.split('/') }, ...options })

const signIn = (browser: Browser, provider: string, fields: object) =>
  auth(browser, 'POST', `callback/${provider}`, { body: fields })

async function opened(browser = desktop): Promise<wire.Opened> {
  const { status, body } = await browser.call(login.POST, 'POST', { body: {} })
  expect(status).toBe(201)
  return wire.Opened.parse(body)
}

const codeIn = (qr: string) => qr.slice(qr.lastIndexOf('/') + 1)
const read = (browser: Browser, id: string) => browser.call(request.GET, 'GET', { params: { id } })
const whoIs = async (browser: Browser) => (await auth(browser, 'GET', 'session')).body.user?.name

async function scanned(by = phone) {
  const view = await opened()
  const answer = await by.call(scan.POST, 'POST', { body: { code: codeIn(view.qr) } })
  return wire.Scanned.parse(answer.body)
}

async function confirmed(by = phone, kind: wire.Kind = 'derived') {
  const { id, scanToken } = await scanned(by)
  const answer = await by.call(confirm.POST, 'POST', {
    params: { id },
    body: { scanToken, stay: '12h', kind },
  })
  expect(wire.Confirmed.parse(answer.body).status).toBe('confirmed')
  return id
}

/** A desktop in a network that no setting trusts, while sign-ins have to prove something. */
function strangeDesktop() {
  vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue('adaptive')
  return new Browser('203.0.113.88')
}

async function approve(id: string, scanToken: string, fields: object = {}) {
  const body = { scanToken, stay: '12h', kind: 'derived', ...fields }
  return phone.call(confirm.POST, 'POST', { params: { id }, body })
}

/** The number that the desktop shows, and one that it does not. */
async function numbersOf({ id, choices }: wire.Scanned) {
  const { number } = wire.LoginView.parse((await read(desktop, id)).body)
  return { shown: number!, wrong: choices!.find((choice) => choice !== number)! }
}

/** Two wrong picks: the next scan is at high risk. */
async function raiseRisk() {
  for (let times = 0; times < 2; times++) {
    const view = await scanned()
    await approve(view.id, view.scanToken, { number: (await numbersOf(view)).wrong })
  }
}

const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('the whole way', () => {
  test('signs the desktop in', async () => {
    const view = await opened()
    expect(wire.LoginView.parse((await read(desktop, view.id)).body)).toMatchObject({
      status: 'new',
      qr: view.qr,
    })
    const answer = await phone.call(scan.POST, 'POST', { body: { code: codeIn(view.qr) } })
    const { scanToken, desktop: asking } = wire.Scanned.parse(answer.body)
    expect(asking).toMatchObject({
      kind: 'desktop',
      browser: 'Chrome',
      system: 'Windows',
      address: '198.51.100.7',
    })
    const seen = await read(desktop, view.id)
    expect(seen.body).toMatchObject({ status: 'scanned', scanner: { initials: 'AL' } })
    expect(seen.body.scanner.name).toBeUndefined()
    expect(seen.body.qr).toBeUndefined()
    await phone.call(confirm.POST, 'POST', {
      params: { id: view.id },
      body: { scanToken, stay: '30d', kind: 'derived' },
    })
    const signedIn = await signIn(desktop, 'qr', { id: view.id })
    expect(signedIn.status).toBe(200)
    expect((await read(desktop, view.id)).body).toMatchObject({
      status: 'consumed',
      scanner: { name: 'Ada Lovelace' },
    })
    expect(await whoIs(desktop)).toBe('Ada Lovelace')
  })

  test('shows the scanner’s name where that account signed in before', async () => {
    const id = await confirmed()
    await signIn(desktop, 'qr', { id })
    const second = await scanned()
    expect((await read(desktop, second.id)).body.scanner).toEqual({ initials: 'AL', name: 'Ada Lovelace' })
  })

  test('a consume whose answer was lost is repeated and gives the same cookies', async () => {
    const id = await confirmed()
    const before = new Map(desktop.cookies)
    await signIn(desktop, 'qr', { id })
    const first = new Map(desktop.cookies)
    desktop.cookies.clear()
    for (const [name, value] of before) desktop.cookies.set(name, value)
    expect((await signIn(desktop, 'qr', { id })).status).toBe(200)
    for (const name of ['qrl-session', 'qrl-device']) expect(desktop.cookies.get(name)).toBe(first.get(name))
    expect(await whoIs(desktop)).toBe('Ada Lovelace')
    expect(await signIn(desktop, 'qr', { id })).toMatchObject({ status: 409, body: { code: 'already_used' } })
  })

  test('a ticket carries a signed-out phone through signing up', async () => {
    const view = await opened()
    const newcomer = new Browser('203.0.113.77')
    const traded = await newcomer.call(ticket.POST, 'POST', { body: { code: codeIn(view.qr) } })
    expect(traded.status).toBe(204)
    expect((await read(desktop, view.id)).body).toMatchObject({ status: 'new', revision: 1 })
    const early = await newcomer.call(scan.POST, 'POST', { body: { id: view.id } })
    expect(early.body.code).toBe('sign_in_required')
    const email = `newcomer${++count}@example.org`
    await newcomer.call(users.POST, 'POST', { body: { name: 'New', email, password: PASSWORD } })
    await signIn(newcomer, 'password', { email, password: PASSWORD })
    const answer = await newcomer.call(scan.POST, 'POST', { body: { id: view.id } })
    expect(answer.status).toBe(200)
  })
})

describe('the three readers', () => {
  const ORIGIN = 'http://localhost:3000'
  const HELD = Symbol.for('qr-login.held')
  const streams: Stream[] = []

  // Each answer is of the same moment, so that they can be compared to the second.
  beforeEach(() => {
    delete (globalThis as { [HELD]?: unknown })[HELD]
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(async () => {
    for (const stream of streams.splice(0)) await stream.close()
    expect(heldCount()).toBe(0)
    vi.useRealTimers()
  })

  /** A call whose answer may take its time. */
  function asking(browser: Browser, id: string, query = '', headers: Record<string, string> = {}) {
    const { address } = browser
    const leaving = new AbortController()
    const request = new Request(`${ORIGIN}/api/login/${id}${query}`, {
      signal: leaving.signal,
      headers: {
        ...sealedHeaders({ address, bucket: address, origin: ORIGIN, requestId: 'test' }),
        cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
    })
    return { request, context: { params: Promise.resolve({ id }) }, leave: () => leaving.abort() }
  }

  function longPoll(browser: Browser, id: string, query: string) {
    const { request: asked, context, leave } = asking(browser, id, query)
    const answer = request.GET(asked, context)
    return { leave, status: answer.then(({ status }) => status), view: answer.then((r) => r.json()) }
  }

  class Stream {
    readonly #reader: ReadableStreamDefaultReader<Uint8Array>
    constructor(body: ReadableStream<Uint8Array>) {
      this.#reader = body.getReader()
    }

    /** The next event, undefined where there is none any more. */
    async next(): Promise<{ event: string; id: number; view: wire.LoginView } | undefined> {
      const { value, done } = await this.#reader.read()
      if (done) return undefined
      const text = new TextDecoder().decode(value)
      const [, event = '', id, data = ''] = /^event: (\w+)\nid: (\d+)\ndata: (.*)\n\n$/.exec(text) ?? []
      return { event, id: Number(id), view: wire.LoginView.parse(JSON.parse(data)) }
    }

    close = () => this.#reader.cancel()
  }

  async function stream(browser: Browser, id: string, headers: Record<string, string> = {}) {
    const { request: asked, context } = asking(browser, id, '/events', headers)
    const response = await events.GET(asked, context)
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ])
    const opened = new Stream(response.body!)
    streams.push(opened)
    return opened
  }

  /** Until so many wait. */
  const held = (count: number) =>
    vi.waitFor(() => expect(heldCount()).toBe(count), { timeout: 10_000, interval: 5 })

  /** What a desktop is told of a move, by each reader: two of them wait for it. */
  async function toldOf(id: string, move: () => Promise<unknown>): Promise<wire.LoginView> {
    const before = (await read(desktop, id)).body as wire.LoginView
    const events = await stream(desktop, id)
    expect(await events.next()).toEqual({ event: 'status', id: before.revision, view: before })
    const waiting = longPoll(desktop, id, `?wait=25&since=${before.revision}`)
    await held(2)
    await move()
    const told = await events.next()
    const polled = wire.LoginView.parse((await read(desktop, id)).body)
    expect(told).toEqual({ event: 'status', id: polled.revision, view: polled })
    expect(await waiting.view).toEqual(polled)
    expect(polled.revision).toBe(before.revision + 1)
    await events.close()
    return polled
  }

  /** What each reader tells whoever comes now. */
  async function toldNow(id: string): Promise<wire.LoginView> {
    const polled = wire.LoginView.parse((await read(desktop, id)).body)
    const events = await stream(desktop, id)
    expect(await events.next()).toEqual({ event: 'status', id: polled.revision, view: polled })
    await events.close()
    expect(await longPoll(desktop, id, '?wait=25').view).toEqual(polled)
    expect(await longPoll(desktop, id, `?wait=25&since=${polled.revision + 1}`).view).toEqual(polled)
    expect(await longPoll(desktop, id, `?wait=0&since=${polled.revision}`).view).toEqual(polled)
    return polled
  }

  const scanBy = (browser: Browser, qr: string) =>
    browser.call(scan.POST, 'POST', { body: { code: codeIn(qr) } })

  test('tell the same on the whole way', async () => {
    const { id, qr } = await opened()
    expect(await toldNow(id)).toMatchObject({ status: 'new', revision: 1, qr })
    let scanToken = ''
    const whenScanned = await toldOf(id, async () => ({ scanToken } = (await scanBy(phone, qr)).body))
    expect(whenScanned).toMatchObject({ status: 'scanned', scanner: { initials: 'AL' } })
    expect(await toldNow(id)).toEqual(whenScanned)
    expect(await toldOf(id, () => approve(id, scanToken))).toMatchObject({ status: 'confirmed' })
    expect(await toldNow(id)).toMatchObject({ status: 'confirmed', scanner: { initials: 'AL' } })
    expect(await toldOf(id, () => signIn(desktop, 'qr', { id }))).toMatchObject({
      status: 'consumed',
      scanner: { initials: 'AL', name: 'Ada Lovelace' },
    })
    expect(await toldNow(id)).toMatchObject({ status: 'consumed', expiresIn: 0 })
  })

  test('tell the same name to a browser where that account signed in before', async () => {
    await signIn(desktop, 'qr', { id: await confirmed() })
    const { id, qr } = await opened()
    const view = await toldOf(id, () => scanBy(phone, qr))
    expect(view.scanner).toEqual({ initials: 'AL', name: 'Ada Lovelace' })
  })

  test('tell the same number from the scan to the approval', async () => {
    desktop = strangeDesktop()
    const { id, qr } = await opened()
    expect(await toldNow(id)).not.toHaveProperty('number')
    let claim!: wire.Scanned
    const whenScanned = await toldOf(
      id,
      async () => (claim = wire.Scanned.parse((await scanBy(phone, qr)).body)),
    )
    expect(claim.choices).toContain(whenScanned.number)
    expect(await toldNow(id)).toEqual(whenScanned)
    const number = whenScanned.number!
    const whenConfirmed = await toldOf(id, () => approve(id, claim.scanToken, { number }))
    expect(whenConfirmed.status).toBe('confirmed')
    for (const name of ['number', 'needs']) expect(whenConfirmed).not.toHaveProperty(name)
  })

  test('tell the same of a code that is owed, and of its last wrong try', async () => {
    desktop = strangeDesktop()
    await raiseRisk()
    const claim = await scanned()
    const { id, scanToken } = claim
    const number = (await numbersOf(claim)).shown
    let code = ''
    const whenConfirmed = await toldOf(
      id,
      async () => (code = (await approve(id, scanToken, { number })).body.code),
    )
    expect(whenConfirmed).toMatchObject({ status: 'confirmed', needs: ['code'] })
    const guess = () => signIn(desktop, 'qr', { id, code: wrongCode(code) })
    await guess()
    expect(await toldNow(id)).toEqual(whenConfirmed)
    await guess()
    expect(await toldOf(id, guess)).toMatchObject({ status: 'rejected', reason: 'proof_tries' })
  })

  test('tell the same of a wrong number', async () => {
    desktop = strangeDesktop()
    const claim = await scanned()
    const number = (await numbersOf(claim)).wrong
    const view = await toldOf(claim.id, () => approve(claim.id, claim.scanToken, { number }))
    expect(view).toMatchObject({ status: 'rejected', reason: 'wrong_number', expiresIn: 0 })
    expect(await toldNow(claim.id)).toEqual(view)
  })

  test.each<[wire.Reason, (id: string, scanToken: string) => Promise<unknown>]>([
    ['declined', (id, scanToken) => phone.call(reject.POST, 'POST', { params: { id }, body: { scanToken } })],
    ['withdrawn', (id) => desktop.call(request.DELETE, 'DELETE', { params: { id }, body: {} })],
    [
      'not_me',
      (id) => desktop.call(request.DELETE, 'DELETE', { params: { id }, body: { reason: 'not_me' } }),
    ],
    ['session_ended', () => auth(phone, 'POST', 'signout', { body: {} })],
    [
      'superseded',
      async () => {
        for (let i = 0; i < 5; i++) await opened()
      },
    ],
  ])('tell the same of a request that is %s', async (reason, end) => {
    const { id, scanToken } = await scanned()
    const view = await toldOf(id, () => end(id, scanToken))
    expect(view).toMatchObject({ status: 'rejected', reason, expiresIn: 0 })
    if (reason !== 'superseded') expect(await toldNow(id)).toEqual(view)
  })

  test('tell the same of a request that nobody used', async () => {
    const { id } = await opened()
    vi.setSystemTime(Date.now() + 301_000)
    expect(await toldNow(id)).toMatchObject({ status: 'expired', revision: 1, expiresIn: 0 })
  })

  test('tell the same of a code that rotates', async () => {
    const { id, qr } = await opened()
    vi.setSystemTime(Date.now() + 31_000)
    const polled = (await read(desktop, id)).body as wire.LoginView
    expect(polled.qr).not.toBe(qr)
    const back = await stream(desktop, id, { 'last-event-id': '1' })
    expect(await back.next()).toEqual({ event: 'code', id: 1, view: polled })
    expect(await longPoll(desktop, id, '?wait=25').view).toEqual(polled)
  })

  test('end a stream at the request’s end, and hold no poll there', async () => {
    const { id } = await opened()
    await desktop.call(request.DELETE, 'DELETE', { params: { id }, body: {} })
    const events = await stream(desktop, id)
    expect((await events.next())?.view.status).toBe('rejected')
    expect(await events.next()).toBeUndefined()
    expect(await longPoll(desktop, id, '?wait=25&since=2').view).toMatchObject({ status: 'rejected' })
    const again = await stream(desktop, id, { 'last-event-id': '2' })
    expect((await again.next())?.view.status).toBe('rejected')
    expect(await again.next()).toBeUndefined()
  })

  test('refuse a stranger alike, and hold nothing for them', async () => {
    const { id } = await opened()
    const thief = new Browser()
    for (const target of [id, 'A'.repeat(22), 'x']) {
      const polled = await read(thief, target)
      const { request: asked, context } = asking(thief, target, '/events')
      const streamed = await events.GET(asked, context)
      const waited = longPoll(thief, target, '?wait=25&since=1')
      expect([polled.status, polled.body.code]).toEqual([404, 'not_found'])
      expect([streamed.status, await streamed.json()]).toEqual([404, polled.body])
      expect([await waited.status, await waited.view]).toEqual([404, polled.body])
    }
    expect(heldCount()).toBe(0)
  })

  test.each([
    '?wait=-1',
    '?wait=31',
    '?wait=1.5',
    '?wait=x',
    '?wait=25&since=0',
    '?wait=25&since=-1',
    '?since=1.5',
    '?since=x',
  ])('the long poll refuses %s', async (query) => {
    const { id } = await opened()
    const answer = longPoll(desktop, id, query)
    expect(await answer.status).toBe(400)
    expect(await answer.view).toMatchObject({ code: 'invalid_input' })
  })

  test('a long poll that nothing happens to is answered with what it knew', async () => {
    const { id } = await opened()
    const { body } = await read(desktop, id)
    expect(await longPoll(desktop, id, '?wait=1&since=1').view).toEqual(body)
  })

  test('a long poll whose caller leaves holds nothing more', async () => {
    const { id } = await opened()
    const waiting = longPoll(desktop, id, '?wait=25&since=1')
    await held(1)
    waiting.leave()
    await waiting.view
    expect(heldCount()).toBe(0)
  })

  test('a server that stops answers who waits, and takes nobody more', async () => {
    const { id } = await opened()
    const streaming = await stream(desktop, id)
    await streaming.next()
    const waiting = longPoll(desktop, id, '?wait=25&since=1')
    await held(2)
    endHeld()
    expect(await waiting.view).toMatchObject({ status: 'new', revision: 1 })
    const refused = longPoll(desktop, id, '?wait=25&since=1')
    expect([await refused.status, (await refused.view).code]).toEqual([503, 'busy'])
    expect((await read(desktop, id)).status).toBe(200)
  })

  test('where too many wait, one more is told to come back later', async () => {
    vi.spyOn(settings(), 'maxStreams', 'get').mockReturnValue(0)
    const { id } = await opened()
    const logged = [vi.spyOn(log(), 'warn'), vi.spyOn(log(), 'error')]
    const { request: asked, context } = asking(desktop, id, '/events')
    const streamed = await events.GET(asked, context)
    expect([streamed.status, streamed.headers.get('retry-after')]).toEqual([503, '30'])
    expect((await streamed.json()).code).toBe('busy')
    const waited = longPoll(desktop, id, '?wait=25&since=1')
    expect([await waited.status, await waited.view]).toMatchObject([503, { code: 'busy', retryAfter: 30 }])
    for (const line of logged) expect(line).not.toHaveBeenCalled()
    expect((await read(desktop, id)).status).toBe(200)
  })
})

describe('proofs', () => {
  beforeEach(() => void (desktop = strangeDesktop()))
  afterEach(() => void vi.useRealTimers())

  const tenMinutesLater = () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 600_000)
  }
  /** A problem's status and code, and what else it says of the proof. */
  const problemOf = ({ status, body }: { status: number; body: unknown }) => {
    const { code, proof, triesLeft, reason, requestStatus } = wire.Problem.parse(body)
    return [status, code, proof, triesLeft, reason, requestStatus]
      .filter((word) => word !== undefined)
      .join(' ')
  }

  test('a number that is missing or no number of two digits spends nothing, and a wrong one ends it', async () => {
    const claim = await scanned()
    expect(claim).toMatchObject({ risk: 'medium', proofs: ['number'] })
    const answer = async (fields: object) => problemOf(await approve(claim.id, claim.scanToken, fields))
    expect(await answer({})).toBe('403 proof_required number')
    for (const number of [9, 100, 10.5, '42', null])
      expect(await answer({ number })).toBe('400 invalid_input')
    const { wrong, shown } = await numbersOf(claim)
    expect(await answer({ number: wrong })).toBe('403 proof_failed number wrong_number rejected')
    expect(await answer({ number: shown })).toBe('409 wrong_state wrong_number rejected')
  })

  test('the right number lets the desktop in', async () => {
    const claim = await scanned()
    const { body } = await approve(claim.id, claim.scanToken, { number: (await numbersOf(claim)).shown })
    expect(wire.Confirmed.parse(body)).toEqual({ status: 'confirmed', expiresIn: 60 })
    expect((await signIn(desktop, 'qr', { id: claim.id })).status).toBe(200)
    expect(await whoIs(desktop)).toBe('Ada Lovelace')
  })

  test('at a high risk it takes number, password and code', async () => {
    await raiseRisk()
    tenMinutesLater()
    const claim = await scanned()
    const { id, scanToken } = claim
    expect(claim).toMatchObject({ risk: 'high', proofs: ['number', 'password', 'code'] })
    const number = (await numbersOf(claim)).shown
    const answer = async (fields: object) => problemOf(await approve(id, scanToken, { number, ...fields }))
    expect(await answer({})).toBe('403 proof_required password')
    expect(await answer({ password: 'wrong' })).toBe('403 proof_failed password')
    const { body } = await approve(id, scanToken, { number, password: PASSWORD })
    const { code = '', expiresIn } = wire.Confirmed.parse(body)
    expect([code.length, expiresIn]).toEqual([6, 90])
    const typing = (fields: object) => signIn(desktop, 'qr', { id, ...fields })
    expect(problemOf(await typing({}))).toBe('403 proof_required code')
    expect(problemOf(await typing({ code: 'x'.repeat(21) }))).toBe('400 invalid_input')
    expect(problemOf(await typing({ code: wrongCode(code) }))).toBe('403 proof_failed code 2')
    expect(desktop.cookies.has('qrl-session')).toBe(false)
    expect((await typing({ code: `${code.slice(0, 3)} ${code.slice(3)}` })).status).toBe(200)
    expect(await whoIs(desktop)).toBe('Ada Lovelace')
  })

  test('a desktop is known by the cookie that it brings, and the strict policy refuses what is risky', async () => {
    const { email } = (await auth(phone, 'GET', 'session')).body.user
    await signIn(desktop, 'password', { email, password: PASSWORD })
    await auth(desktop, 'POST', 'signout', { body: {} })
    expect(await scanned()).toMatchObject({ risk: 'low', proofs: [] })
    desktop = strangeDesktop()
    await raiseRisk()
    vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue('strict')
    const { qr, id } = await opened()
    const answer = await phone.call(scan.POST, 'POST', { body: { code: codeIn(qr) } })
    expect(problemOf(answer)).toBe('403 refused')
    expect((await read(desktop, id)).body).toMatchObject({ status: 'new', revision: 1 })
  })
})

describe('a stolen half', () => {
  test('a code can neither read nor consume', async () => {
    const id = await confirmed()
    const thief = new Browser()
    expect((await read(thief, id)).status).toBe(404)
    expect(await signIn(thief, 'qr', { id })).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(thief.cookies.has('qrl-session')).toBe(false)
  })

  test('a session cookie without its device cookie is signed out', async () => {
    const thief = new Browser()
    thief.cookies.set('qrl-session', phone.cookies.get('qrl-session')!)
    expect((await thief.call(sessions.GET, 'GET')).body.code).toBe('sign_in_required')
    expect(await whoIs(thief)).toBeUndefined()
  })

  test('a scan token in another account’s hands moves nothing', async () => {
    const { id, scanToken } = await scanned()
    const mallory = await signedUp('Mallory')
    const body = { scanToken, stay: '12h', kind: 'derived' }
    expect((await mallory.call(confirm.POST, 'POST', { params: { id }, body })).body.code).toBe('not_found')
    expect((await mallory.call(reject.POST, 'POST', { params: { id }, body: { scanToken } })).body.code).toBe(
      'not_found',
    )
    expect((await read(desktop, id)).body.status).toBe('scanned')
  })
})

describe('the wrapper', () => {
  test.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['the origin null', { origin: 'null' }],
    ['no origin', { origin: null }],
    ['a cross-site fetch, whatever its origin', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch from another host', { 'sec-fetch-site': 'same-site' }],
  ])('refuses a change from %s', async (_, headers) => {
    const answer = await desktop.call(login.POST, 'POST', { body: {}, headers })
    expect([answer.status, answer.body.code]).toEqual([403, 'cross_site'])
    expect(await auth(phone, 'POST', 'signout', { body: {}, headers })).toMatchObject({ status: 403 })
    expect(await whoIs(phone)).toBe('Ada Lovelace')
  })

  test('refuses what did not come through the front door', async () => {
    for (const headers of [{ 'x-qr-login-seal': null }, { 'x-qr-login-seal': 'guessed' }]) {
      expect((await desktop.call(login.POST, 'POST', { body: {}, headers })).body.code).toBe('misdirected')
      expect((await auth(desktop, 'GET', 'session', { headers })).body.code).toBe('misdirected')
    }
  })

  test('caps bodies, with and without a length', async () => {
    const body = JSON.stringify({ purpose: 'x'.repeat(17_000) })
    expect((await desktop.call(login.POST, 'POST', { body })).status).toBe(413)
    expect(
      (await desktop.call(login.POST, 'POST', { body, headers: { 'content-length': '2' } })).status,
    ).toBe(413)
  })

  test.each([
    ['{', undefined],
    [{ purpose: 'other' }, 'purpose'],
    [{ extra: 1 }, ''],
  ])('refuses the body %j', async (body, field) => {
    const answer = await desktop.call(login.POST, 'POST', { body })
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input'])
    expect(answer.body.fields?.[0].field).toBe(field)
  })

  test('answers problems as problem details, never cached', async () => {
    const answer = await desktop.call(sessions.GET, 'GET')
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(wire.Problem.parse(answer.body)).toMatchObject({
      status: 401,
      code: 'sign_in_required',
      requestId: 'test',
    })
  })

  test('tells the wait where a limit is reached', async () => {
    const crowd = new Browser('203.0.113.200')
    const points = LIMITS.open.points * settings().rateLimitScale
    await Promise.all(Array.from({ length: points }, () => take('open', crowd.address)))
    const answer = await crowd.call(login.POST, 'POST', { body: {} })
    expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.body.retryAfter).toBe(Number(answer.headers.get('retry-after')))
  })

  test('answers a bug with 500 and nothing of it', async () => {
    const logged = vi.spyOn(log(), 'error').mockImplementation(() => {})
    vi.spyOn(requests(), 'add').mockRejectedValue(new RangeError('secret detail'))
    const answer = await desktop.call(login.POST, 'POST', { body: {} })
    expect([answer.status, answer.body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(answer.body)).not.toContain('secret detail')
    expect(logged).toHaveBeenCalledOnce()
  })
})

describe('next-auth', () => {
  const OUTSIDE = [
    'signin',
    'signin/qr',
    'signout',
    'error',
    'verify-request',
    'callback/qr',
    'callback/other',
    '_log',
    'x',
  ]
  test.each(OUTSIDE.flatMap((path) => ['GET', 'PUT', 'DELETE'].map((method) => [method, path] as const)))(
    '%s %s is not there',
    async (method, path) => {
      expect((await auth(desktop, method, path)).status).toBe(404)
    },
  )
  test.each(['session', 'csrf', 'providers', 'signin', 'signin/password', 'callback/other', 'error', '_log'])(
    'POST %s is not there',
    async (path) => {
      expect((await auth(desktop, 'POST', path, { body: {} })).status).toBe(404)
    },
  )

  test('an older client may ask for a CSRF token and send it; any other is ignored as well', async () => {
    const { body } = await auth(desktop, 'GET', 'csrf')
    expect(body.csrfToken).toEqual(expect.any(String))
    for (const csrfToken of [body.csrfToken, 'another', ''])
      expect((await signIn(desktop, 'qr', { id: await confirmed(), csrfToken })).status).toBe(200)
  })

  test('a sign-in sets the cookies of the session and the device, and no other', async () => {
    const { headers } = await signIn(desktop, 'qr', { id: await confirmed() })
    const names = headers.getSetCookie().map((cookie) => cookie.split('=')[0])
    expect(names.sort()).toEqual(['qrl-device', 'qrl-session'])
  })

  test('signing out ends the row, not only the cookie', async () => {
    const copy = new Map(phone.cookies)
    const answer = await auth(phone, 'POST', 'signout', { body: {} })
    expect(answer.status).toBe(200)
    expect(phone.cookies.has('qrl-session')).toBe(false)
    const thief = new Browser()
    for (const [name, value] of copy) thief.cookies.set(name, value)
    expect(await whoIs(thief)).toBeUndefined()
  })

  test('signing in again ends the session that the cookie held', async () => {
    const before = new Map(phone.cookies)
    const { email } = (await auth(phone, 'GET', 'session')).body.user
    await signIn(phone, 'password', { email, password: PASSWORD })
    expect((await phone.call(sessions.GET, 'GET')).body.sessions).toHaveLength(1)
    const old = new Browser()
    for (const [name, value] of before) old.cookies.set(name, value)
    expect(await whoIs(old)).toBeUndefined()
  })

  test.each(['GET session', 'POST signout', 'POST callback/qr', 'POST callback/password'])(
    'a database that is away answers %s with 503 and keeps every cookie',
    async (call) => {
      vi.spyOn(log(), 'error').mockImplementation(() => {})
      const { AppError } = await import('@/lib/errors')
      const away = new AppError('unavailable', { retryAfter: 2 })
      vi.spyOn(db(), 'query').mockRejectedValue(away)
      vi.spyOn(requests(), 'find').mockRejectedValue(away)
      const [method, path] = call.split(' ') as [string, string]
      const fields = { id: 'A'.repeat(22), email: 'a@example.org', password: 'x' }
      const answer = await auth(phone, method, path, method === 'POST' ? { body: fields } : {})
      expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
      expect(answer.headers.get('retry-after')).toBe('2')
      expect(answer.headers.getSetCookie()).toEqual([])
    },
  )
})

describe('the account', () => {
  test('changes name and password, and lists its sessions', async () => {
    const named = await phone.call(account.PATCH, 'PATCH', { body: { name: '  Ada King ' } })
    expect(wire.Profile.parse(named.body).name).toBe('Ada King')
    const changed = await phone.call(password.POST, 'POST', {
      body: { currentPassword: PASSWORD, newPassword: 'another good one' },
    })
    expect(changed.body).toEqual({ ended: 0 })
    const list = wire.SessionList.parse((await phone.call(sessions.GET, 'GET')).body).sessions
    expect(list).toHaveLength(1)
    const renamed = await phone.call(session.PATCH, 'PATCH', {
      params: { id: list[0]!.id },
      body: { name: 'Mine' },
    })
    expect(renamed.status).toBe(204)
  })

  test('a desktop made by QR does what is strong only after the password', async () => {
    const id = await confirmed()
    await signIn(desktop, 'qr', { id })
    const everywhere = () => desktop.call(sessions.DELETE, 'DELETE')
    expect((await everywhere()).body.code).toBe('reauthentication_required')
    const wrong = await desktop.call(reauthenticate.POST, 'POST', { body: { password: 'wrong' } })
    expect(wrong.body.code).toBe('proof_failed')
    await desktop.call(reauthenticate.POST, 'POST', { body: { password: PASSWORD } })
    expect((await everywhere()).body).toEqual({ ended: 1 })
    expect(await whoIs(phone)).toBeUndefined()
    expect(await whoIs(desktop)).toBe('Ada Lovelace')
  })

  test('ends one session with what hangs on it, effective at once', async () => {
    const id = await confirmed()
    await signIn(desktop, 'qr', { id })
    const list = wire.SessionList.parse((await phone.call(sessions.GET, 'GET')).body).sessions
    const child = list.find((item) => item.requestId === id)!
    expect((await phone.call(session.DELETE, 'DELETE', { params: { id: child.id } })).body).toEqual({
      ended: 1,
    })
    expect(await whoIs(desktop)).toBeUndefined()
  })

  test('sign-up can be closed', async () => {
    vi.spyOn(settings(), 'signUp', 'get').mockReturnValue('closed')
    const body = { name: 'Late', email: 'late@example.org', password: PASSWORD }
    expect((await desktop.call(users.POST, 'POST', { body })).body.code).toBe('not_found')
  })
})

test('withdrawing and "not me" end the request', async () => {
  const view = await opened()
  const withdrawn = await desktop.call(request.DELETE, 'DELETE', { params: { id: view.id }, body: {} })
  expect(wire.Rejected.parse(withdrawn.body)).toEqual({ status: 'rejected', reason: 'withdrawn' })
  const { id } = await scanned()
  const ended = await desktop.call(request.DELETE, 'DELETE', { params: { id }, body: { reason: 'not_me' } })
  expect(ended.body.reason).toBe('not_me')
})

test('the self-test answers the front door alone', async () => {
  expect((await desktop.call(selfTest.GET, 'GET')).status).toBe(404)
})

describe('the OpenAPI document', () => {
  test('describes every route and method that exists', async () => {
    const { body } = await desktop.call(openapi.GET, 'GET')
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const files = fs.readdirSync(import.meta.dirname, { recursive: true }).map(String)
    const ours = files.filter((file) => /route\.ts$/.test(file) && !/nextauth|self-test|openapi/.test(file))
    expect(ours.length).toBeGreaterThan(10)
    for (const file of ours) {
      const route = (await import(path.join(import.meta.dirname, file))) as object
      const address = `/api/${path.dirname(file)}`.replace(/\[(\w+)\]/g, '{$1}')
      for (const method of Object.keys(route)) expect(described).toContain(`${method} ${address}`)
    }
    expect(body.openapi).toBe('3.1.0')
  })

  test('can be hidden', async () => {
    vi.spyOn(settings(), 'apiDocs', 'get').mockReturnValue(false)
    expect((await desktop.call(openapi.GET, 'GET')).status).toBe(404)
  })
})
