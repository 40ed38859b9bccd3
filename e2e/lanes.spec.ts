/** The fast lane answers as Next does: one script of calls over both, and the answers compared byte for byte. */
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { expect, test as base } from './fixtures'
import { CHROME_ON_WINDOWS, SAFARI_ON_IPHONE } from './support/browsers'
import { newPerson } from './support/people'
import { Server } from './support/server'

interface Lanes {
  fast: Server
  next: Server
}

const test = base.extend<object, { lanes: Lanes }>({
  lanes: [
    async ({}, provide) => {
      const [fast, next] = await Promise.all([Server.start(), Server.start({ fastLane: false })])
      await provide({ fast, next })
      await Promise.all([fast.dispose(), next.dispose()])
    },
    { scope: 'worker' },
  ],
})

/**
 * What may differ. How a body is framed: Next never knows its length beforehand, and the lane does. Whether it is packed:
 * Next does so for whoever asks, and the lane's are too short. What Next says of its own pages' variants, to which no
 * call of the API answers. And the time.
 */
const ASIDE = new Set(['transfer-encoding', 'content-length', 'content-encoding', 'vary', 'date'])

type Headers = Record<string, string | string[] | undefined>

interface Sending {
  headers?: Headers
  body?: string | object
  /** Leaves once the body holds this; else the answer is read to its end. */
  until?: RegExp
}

interface Answer {
  status: number
  /** As they came, by name in lower case. */
  headers: [name: string, value: string][]
  body: string
  /** False where the connection ended before the body did. */
  whole: boolean
}

/** One server, seen by everybody who takes part in a script. */
class World {
  readonly #asked: { call: string; answer: Promise<Answer> }[] = []
  readonly #names = new Map<string, string>()

  constructor(readonly server: Server) {}

  caller(userAgent = CHROME_ON_WINDOWS): Caller {
    return new Caller(this, userAgent)
  }

  note(call: string, answer: Promise<Answer>): void {
    this.#asked.push({ call, answer })
  }

  /** All that was asked, in order, and what was answered to it; what is different each time has a name instead. */
  async told(): Promise<object[]> {
    const told: object[] = []
    for (const { call, answer } of this.#asked) {
      const { status, headers, body, whole } = await answer
      const ours = headers.filter(([name]) => !ASIDE.has(name))
      const isPage = headers.some(([name, value]) => name === 'content-type' && value.startsWith('text/html'))
      told.push({
        call: this.#named(call),
        status,
        headers: ours.map(([name, value]) => `${name}: ${this.#named(value)}`).sort(),
        // Pages are Next's on both, and never the same twice.
        body: isPage ? '<page>' : this.#named(body),
        whole,
      })
    }
    return told
  }

  #named(text: string): string {
    const { port } = this.server
    return text
      .replaceAll(`localhost:${port}`, '<host>')
      .replaceAll(`localhost%3A${port}`, '<host>')
      .replace(/(?<='nonce-)[^']+/g, '<nonce>')
      .replace(/(?<=\/)%[0-9a-f]{2}[\w-]{21}(?![\w-])/g, '<encoded id>')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (value) => this.#name('uuid', value))
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{8}\b/g, (value) => this.#name('request', value))
      .replace(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g, (value) => this.#name('token', value))
      .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, (value) => this.#name('secret', value))
      .replace(/(?<=^|[^\w-]|qrl-login-)[\w-]{22}(?![\w-])/g, (value) => this.#name('id', value))
      .replace(/(?<=<id \d+>\.)[\w-]{11}(?![\w-])/g, (value) => this.#name('code', value))
      .replace(/\b[A-Z]{4}-[A-Z]{4}\b/g, (value) => this.#name('letters', value))
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/(?<=[eE]xpires=)\w{3}, [^;]*GMT/g, '<time>')
      .replace(/(?<="(expiresIn|codeExpiresIn)":)[1-9]\d*/g, '<seconds>')
      .replace(/(?<="choices":)\[\d\d,\d\d,\d\d\]/g, '<numbers>')
      .replace(/(qrl-ticket=)[^;]+(; Max-Age=)\d+/g, '$1<ticket>$2<seconds>')
      .replace(/(?<=^retry: )\d{4}$/gm, '<retry>')
  }

  #name(kind: string, value: string): string {
    const known = this.#names.get(value) ?? `<${kind} ${this.#names.size + 1}>`
    this.#names.set(value, known)
    return known
  }
}

/** A browser without a page, down to the bytes that it sends. */
class Caller {
  readonly cookies = new Map<string, string>()

  constructor(
    readonly world: World,
    readonly userAgent: string,
  ) {}

  async ask(method: string, target: string, sending: Sending = {}): Promise<Answer> {
    const answer = this.#send(method, target, sending)
    const { headers: { cookie, ...headers } = {}, body } = sending
    this.world.note(
      [method, target, headers, cookie && 'with odd cookies', body]
        .map((part) => JSON.stringify(part))
        .join(' '),
      answer,
    )
    return this.#keep(await answer)
  }

  /** The parsed body of an answer that must be as it should. */
  async get(method: string, target: string, body?: object): Promise<Record<string, string>> {
    const answer = await this.ask(method, target, { body })
    expect(answer.status, `${method} ${target}: ${answer.body}`).toBeLessThan(300)
    return JSON.parse(answer.body || '{}') as Record<string, string>
  }

  /** One of next-auth's calls. */
  authenticate(path: string, fields: object = {}): Promise<Answer> {
    return this.ask('POST', `/api/auth/${path}`, { body: fields })
  }

  #send(method: string, target: string, { headers = {}, body, until }: Sending): Promise<Answer> {
    const { port, url } = this.world.server
    const content = typeof body === 'object' ? JSON.stringify(body) : body
    const all: Headers = {
      host: `localhost:${port}`,
      connection: 'close',
      'user-agent': this.userAgent,
      origin: method === 'GET' || method === 'HEAD' ? undefined : url,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') || undefined,
      'content-type': content === undefined ? undefined : 'application/json',
      'content-length': content === undefined ? undefined : String(Buffer.byteLength(content)),
      ...headers,
    }
    const lines = Object.entries(all).flatMap(([name, value]) =>
      [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
    )
    const chunked = all['transfer-encoding'] === 'chunked'
    const sent = chunked ? inChunks(content ?? '') : (content ?? '')
    return new Promise((resolve, reject) => {
      const socket = connect(port, 'localhost')
      const received: Buffer[] = []
      const finish = () => {
        socket.destroy()
        resolve(parse(method, Buffer.concat(received).toString('latin1')))
      }
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk)
        if (until?.test(Buffer.concat(received).toString())) finish()
      })
      // An answer that was cut off is one that the other lane would have to cut off as well.
      socket.on('error', finish)
      socket.on('end', finish)
      socket.on('timeout', () => reject(new Error(`no answer to ${method} ${target}`)))
      socket.setTimeout(30_000)
      socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${sent}`)
    })
  }

  #keep(answer: Answer): Answer {
    for (const [name, line] of answer.headers) {
      if (name !== 'set-cookie') continue
      const [, cookie = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line) || value === '') this.cookies.delete(cookie)
      else this.cookies.set(cookie, value)
    }
    return answer
  }
}

const inChunks = (text: string): string =>
  (text.match(/.{1,4096}/gs) ?? []).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('') +
  '0\r\n\r\n'

function parse(method: string, all: string): Answer {
  const text = all.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return { status: 0, headers: [], body: text, whole: false }
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const status = Number(first.split(' ')[1])
  const raw = method === 'HEAD' || status === 204 ? '' : text.slice(end + 4)
  const sent = Object.fromEntries(headers)
  const { body, whole } =
    sent['transfer-encoding'] === 'chunked' && method !== 'HEAD'
      ? outOfChunks(raw)
      : { body: raw, whole: method === 'HEAD' || raw.length === Number(sent['content-length'] ?? 0) }
  const bytes = Buffer.from(body, 'latin1')
  const plain = sent['content-encoding'] === 'gzip' && bytes.length > 0 ? gunzipSync(bytes) : bytes
  return { status, headers, body: plain.toString(), whole }
}

function outOfChunks(text: string): { body: string; whole: boolean } {
  let rest = text
  let body = ''
  for (;;) {
    const [line] = /^[0-9a-f]+\r\n/i.exec(rest) ?? []
    if (line === undefined) return { body, whole: false }
    const length = parseInt(line, 16)
    if (length === 0) return { body, whole: true }
    body += rest.slice(line.length, line.length + length)
    rest = rest.slice(line.length + length + 2)
  }
}

type Script = (world: World) => Promise<unknown>

/** Plays a script on both lanes. */
async function expectSame({ fast, next }: Lanes, script: Script): Promise<void> {
  const play = async (server: Server) => {
    const world = new World(server)
    await script(world)
    return world.told()
  }
  const [ofFast, ofNext] = await Promise.all([play(fast), play(next)])
  expect(ofFast.length).toBeGreaterThan(0)
  expect(ofFast).toEqual(ofNext)
}

async function opened(world: World) {
  const desktop = world.caller()
  const { id = '', qr = '', userCode = '' } = await desktop.get('POST', '/api/login', {})
  return { desktop, id, userCode, code: qr.split('/scan/')[1] ?? '' }
}

async function signedInPhone(world: World) {
  const phone = world.caller(SAFARI_ON_IPHONE)
  const person = newPerson()
  await phone.get('POST', '/api/users', person)
  await phone.authenticate('callback/password', { email: person.email, password: person.password })
  return { phone, person }
}

async function scanned(world: World) {
  const opening = await opened(world)
  const { phone, person } = await signedInPhone(world)
  const { scanToken = '' } = await phone.get('POST', '/api/login/scan', { code: opening.code })
  return { ...opening, phone, person, scanToken }
}

const approval = (scanToken: string) => ({ scanToken, stay: '30d', kind: 'derived' })
const MISSING = 'A'.repeat(22)

test('one server has the lane, the other has not', async ({ lanes }) => {
  const namesOf = async (server: Server) => {
    const { headers } = await new World(server).caller().ask('POST', '/api/login', { body: {} })
    return headers.map(([name]) => name)
  }
  expect(await namesOf(lanes.fast)).toContain('content-length')
  expect(await namesOf(lanes.fast)).not.toContain('vary')
  expect(await namesOf(lanes.next)).toContain('vary')
})

test('calls that pretend to come from Next’s router are answered by the lane, and redirected by Next', async ({
  lanes,
}) => {
  const statusAt = async (server: Server) => {
    const { desktop, id } = await opened(new World(server))
    return (await desktop.ask('GET', `/api/login/${id}`, { headers: { rsc: '1' } })).status
  }
  expect(await statusAt(lanes.fast)).toBe(200)
  expect(await statusAt(lanes.next)).toBe(307)
})

test.describe('the same is answered', () => {
  test('on the whole way, by code, by letters and by ticket', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone, scanToken, code } = await scanned(world)
      await desktop.ask('GET', `/api/login/${id}`)
      await phone.ask('POST', '/api/login/scan', { body: { id } })
      const { scanToken: again = '' } = await phone.get('POST', '/api/login/scan', { id })
      await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval(scanToken) })
      await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval(again) })
      await desktop.ask('GET', `/api/login/${id}`)
      await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval(again) })
      await desktop.authenticate('callback/qr', { id })
      await desktop.ask('GET', `/api/login/${id}`)
      await desktop.ask('GET', '/api/auth/session')
      await desktop.ask('GET', '/api/auth/session')
      await desktop.authenticate('callback/qr', { id })
      await phone.ask('POST', '/api/login/scan', { body: { code } })
      await desktop.authenticate('signout')
      await desktop.ask('GET', '/api/auth/session')

      const second = await opened(world)
      await phone.ask('POST', '/api/login/scan', { body: { userCode: second.userCode } })
      await second.desktop.ask('DELETE', `/api/login/${second.id}`, { body: { reason: 'not_me' } })

      const third = await opened(world)
      const newcomer = world.caller(SAFARI_ON_IPHONE)
      await newcomer.ask('POST', '/api/login/ticket', { body: { code: third.code } })
      await newcomer.ask('POST', '/api/login/scan', { body: { id: third.id } })
      phone.cookies.set('qrl-ticket', newcomer.cookies.get('qrl-ticket') ?? '')
      const { scanToken: thirdToken = '' } = await phone.get('POST', '/api/login/scan', { id: third.id })
      await phone.ask('POST', `/api/login/${third.id}/reject`, { body: { scanToken: thirdToken } })
      await third.desktop.ask('GET', `/api/login/${third.id}`)
      await third.desktop.ask('DELETE', `/api/login/${third.id}`, {})

      const { desktop: many } = await opened(world)
      for (let i = 0; i < 6; i++) await many.ask('POST', '/api/login', { body: { purpose: 'sign_in' } })
      await many.ask('POST', '/api/login')
    }))

  test('by next-auth', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { phone, person } = await signedInPhone(world)
      const { email, password } = person
      const calls = [
        'session',
        'csrf',
        'providers',
        'signin',
        'signout',
        'error',
        'verify-request',
        '_log',
        'x',
      ]
      for (const call of [...calls, 'callback/qr', 'callback/password', 'callback/x', 'session/x'])
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
          await world.caller().ask(method, `/api/auth/${call}`, method === 'GET' ? {} : { body: {} })
      await phone.authenticate('callback/password', { email, password: 'wrong' })
      await phone.authenticate('callback/password', { email: 'nobody', password })
      await phone.authenticate('callback/qr', { id: MISSING })
      await phone.authenticate('callback/qr', { id: 'x' })
      await phone.ask('POST', '/api/auth/callback/password', { body: { email, password, csrfToken: 'x' } })
      await phone.ask('GET', '/api/auth/session?callbackUrl=https://evil.example')
      const { csrfToken = '' } = await phone.get('GET', '/api/auth/csrf')
      const form = new URLSearchParams({ email, password, csrfToken, callbackUrl: 'https://evil.example' })
      await phone.ask('POST', '/api/auth/callback/password', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      })
      await phone.ask('GET', '/api/auth/session')
      await phone.authenticate('signout')
      await phone.ask('GET', '/api/auth/session')
    }))

  test('by the long poll', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, code } = await opened(world)
      const { phone } = await signedInPhone(world)
      await desktop.ask('GET', `/api/login/${id}?wait=1&since=1`)
      for (const query of [
        '?wait=25',
        '?wait=25&since=7',
        '?wait=0&since=1',
        '?since=1',
        '?wait=31&since=1',
        '?wait=-1',
        '?wait=x&since=y',
        '?wait=1.5',
        '?since=0',
        '?wait=25&wait=0&since=1',
        '?wait=&since=',
        '?other=1',
        '?nxtPid=other&nextauth=x&id=other',
        '?_rsc=1',
        '?%ff=%zz',
        '?a[]=1&__proto__=x',
        '?',
      ])
        await desktop.ask('GET', `/api/login/${id}${query}`)
      const waiting = desktop.ask('GET', `/api/login/${id}?wait=25&since=1`)
      await phone.ask('POST', '/api/login/scan', { body: { code } })
      expect((await waiting).body).toContain('"status":"scanned"')
      const again = desktop.ask('GET', `/api/login/${id}?wait=25&since=2`)
      await desktop.ask('DELETE', `/api/login/${id}`, { body: {} })
      expect((await again).body).toContain('"status":"rejected"')
      await desktop.ask('GET', `/api/login/${id}?wait=25&since=3`)
      await world.caller().ask('GET', `/api/login/${id}?wait=25&since=3`)
    }))

  test('by events', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, code } = await opened(world)
      const { phone } = await signedInPhone(world)
      const first = /event: \w+\nid: \d+\ndata: .*\n\n/
      const path = `/api/login/${id}/events`
      for (const known of [undefined, '1', '0', '7', '-1', 'x', '', '1.5', ['1', '2']])
        await desktop.ask('GET', path, { headers: { 'last-event-id': known }, until: first })
      await desktop.ask('GET', `${path}?x=y`, {
        headers: { accept: 'text/event-stream', 'cache-control': 'no-cache' },
        until: first,
      })
      await desktop.ask('GET', path, { headers: { 'accept-encoding': 'gzip, br' }, until: first })
      const waiting = desktop.ask('GET', path)
      await desktop.ask('GET', path, { until: first })
      await phone.ask('POST', '/api/login/scan', { body: { code } })
      await desktop.ask('GET', path, { headers: { 'last-event-id': '1' }, until: first })
      await desktop.ask('GET', path, { headers: { 'last-event-id': '2' }, until: first })
      await desktop.ask('DELETE', `/api/login/${id}`, { body: {} })
      expect(await waiting).toMatchObject({ body: expect.stringContaining('rejected'), whole: true })
      await desktop.ask('GET', path)
      await desktop.ask('GET', path, { headers: { 'last-event-id': '3' } })
      await world.caller().ask('GET', path)
      await desktop.ask('GET', `/api/login/${MISSING}/events`)
      await desktop.ask('GET', '/api/login/x/events')
    }))

  test('to bodies that are none', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone } = await scanned(world)
      const large = JSON.stringify({ purpose: 'x'.repeat(17 * 1024) })
      const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' }
      const targets: [Caller, string, string][] = [
        [desktop, 'POST', '/api/login'],
        [desktop, 'POST', '/api/login/ticket'],
        [desktop, 'DELETE', `/api/login/${id}`],
        [phone, 'POST', '/api/login/scan'],
        [phone, 'POST', `/api/login/${id}/confirm`],
        [phone, 'POST', `/api/login/${id}/reject`],
        [phone, 'POST', '/api/auth/callback/password'],
      ]
      for (const [caller, method, target] of targets) {
        for (const body of ['{', 'null', '"x"', '[]', '7', '{"a":1}', '\u{1F512}', '\u0000', ' '])
          await caller.ask(method, target, { body })
        await caller.ask(method, target, { body: large })
        await caller.ask(method, target, { body: large, headers: chunked })
        await caller.ask(method, target, { body: '{}'.padEnd(16 * 1024), headers: chunked })
        await caller.ask(method, target, { body: '{"a":1}', headers: chunked })
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data',
          undefined,
        ])
          await caller.ask(method, target, { body: '{"a":1}', headers: { 'content-type': type } })
      }
    }))

  test('to calls from elsewhere', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone, scanToken } = await scanned(world)
      const elsewhere: Headers[] = [
        { origin: undefined },
        { origin: 'null' },
        { origin: '' },
        { origin: 'https://evil.example' },
        { origin: `http://localhost:1` },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': '' },
        { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      ]
      for (const headers of elsewhere) {
        await desktop.ask('GET', `/api/login/${id}`, { headers })
        await desktop.ask('POST', '/api/login', { body: {}, headers })
        await phone.ask('POST', '/api/login/scan', { body: { id }, headers })
        await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval('x'.repeat(43)), headers })
        await phone.ask('POST', '/api/auth/callback/qr', { body: { id }, headers })
      }
      for (const host of ['evil.example', 'localhost', 'localhost:1', '127.0.0.1', 'LOCALHOST', ''])
        await desktop.ask('POST', '/api/login', { body: {}, headers: { host } })
      await phone.ask('POST', `/api/login/${id}/reject`, { body: { scanToken } })
    }))

  test('to methods that are none', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id } = await opened(world)
      const targets = ['', '/scan', '/ticket', `/${id}`, `/${id}/events`, `/${id}/confirm`, `/${id}/reject`]
      for (const target of targets)
        for (const method of [
          'HEAD',
          'OPTIONS',
          'PUT',
          'PATCH',
          'DELETE',
          'GET',
          'POST',
          'PROPFIND',
          'TRACE',
        ])
          await desktop.ask(method, `/api/login${target}`, { until: /event: / })
      for (const method of ['HEAD', 'OPTIONS', 'PROPFIND'])
        for (const path of ['session', 'csrf', 'callback/qr']) await desktop.ask(method, `/api/auth/${path}`)
    }))

  test('at addresses that are none', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id } = await opened(world)
      const targets = [
        '/api/login/',
        `/api/login/${id}/`,
        `/api/login/${id}/events/`,
        `//api/login/${id}`,
        `/api//login/${id}`,
        `/api/login//${id}`,
        `/api/login/./${id}`,
        `/api/login/x/../${id}`,
        `/API/login/${id}`,
        `/api/login/%${id.charCodeAt(0).toString(16)}${id.slice(1)}`,
        `/api/login/${id}%2Fevents`,
        `/api/login/${id}/%65vents`,
        `/api/login/${id}%00`,
        `/api/login/${id};x`,
        `/api/login/${id}.json`,
        `/api/login/${id}.rsc`,
        `/api/login/${id}/other`,
        `/api/login/${'x'.repeat(2_000)}`,
        '/api/login/x',
        '/api/login/[id]',
        '/api/login/%',
        '/api/login/%ff',
        '/api/login/..',
        '/api/login/-',
        '/api/login/__proto__',
        '/api/self-test',
        '/api/auth',
        '/api/auth/',
        '/api/auth//session',
        '/api/auth/session/',
        '/api/auth/ses%73ion',
        `http://localhost:${world.server.port}/api/login/${id}`,
        `https://evil.example/api/login/${id}`,
        `/api/login/${id}#x`,
        `/api/login/${id}\\events`,
        '*',
      ]
      for (const target of targets)
        for (const method of ['GET', 'POST']) await desktop.ask(method, target, { until: /event: / })
    }))

  test('to forged headers', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone, scanToken } = await scanned(world)
      const own = ['seal', 'address', 'bucket', 'origin', 'self-test', 'request-id']
      const forged: Headers[] = [
        ...own.map((name) => ({ [`x-qr-login-${name}`]: '203.0.113.66' })),
        Object.fromEntries(own.map((name) => [`x-qr-login-${name}`, ['203.0.113.66', 'twice']])),
        { 'x-forwarded-for': '203.0.113.66' },
        { 'x-forwarded-for': ['203.0.113.66', '203.0.113.67'] },
        { forwarded: 'for=203.0.113.66;host=evil.example;proto=https' },
        { 'x-real-ip': '203.0.113.66' },
        { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' },
        { 'x-http-method-override': 'DELETE', 'x-original-url': '/api/sessions' },
        { 'x-middleware-subrequest': 'middleware:middleware', 'x-middleware-rewrite': '/api/sessions' },
        { 'x-matched-path': '/api/sessions', 'x-now-route-matches': '1=other', 'x-invoke-path': '/other' },
        { 'next-router-prefetch': '1', 'next-action': 'x', 'next-url': '/other' },
        { 'x-nextjs-data': '1', 'x-prerender-revalidate': 'x', purpose: 'prefetch' },
        { 'if-none-match': '*', 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT', range: 'bytes=0-1' },
        { accept: 'text/html', 'accept-encoding': 'gzip, br', 'accept-language': 'zh' },
        { expect: '100-continue' },
        { expect: 'something-else' },
        { upgrade: 'h2c', connection: 'upgrade, close' },
        { 'user-agent': undefined },
        { 'user-agent': '\u00ff\u0080' },
      ]
      for (const headers of forged) {
        await desktop.ask('GET', `/api/login/${id}`, { headers })
        await desktop.ask('GET', '/api/self-test', { headers })
        await desktop.ask('GET', '/api/auth/session', { headers })
        await world.caller().ask('POST', '/api/login', { body: {}, headers })
        await phone.ask('POST', '/api/login/scan', { body: { id }, headers })
      }
      await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval(scanToken) })
    }))

  test('what the phone is told of a desktop that forged its address', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const desktop = world.caller()
      const { phone } = await signedInPhone(world)
      for (const headers of [
        {},
        { 'x-forwarded-for': '203.0.113.66' },
        { 'x-qr-login-address': '203.0.113.66' },
      ]) {
        const { body } = await desktop.ask('POST', '/api/login', { body: {}, headers })
        const { qr } = JSON.parse(body) as { qr: string }
        await phone.ask('POST', '/api/login/scan', { body: { code: qr.split('/scan/')[1] } })
      }
    }))

  test('to odd cookies', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone } = await scanned(world)
      const secret = desktop.cookies.get(`qrl-login-${id}`) ?? ''
      const session = phone.cookies.get('qrl-session') ?? ''
      const device = phone.cookies.get('qrl-device') ?? ''
      const odd = [
        '',
        ';',
        '=',
        'x',
        `qrl-login-${id}`,
        `qrl-login-${id}=`,
        `qrl-login-${id}="${secret}"`,
        `qrl-login-${id}=${secret.slice(1)}`,
        `qrl-login-${id}=x; qrl-login-${id}=${secret}`,
        `qrl-login-${id}=${secret}; qrl-login-${id}=x`,
        `QRL-LOGIN-${id}=${secret}`,
        `  qrl-login-${id} = ${secret} ;; x`,
        `qrl-login-${id}=%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}`,
        `qrl-login-${id}=%zz`,
        `__Host-qrl-login-${id}=${secret}`,
        `qrl-session=${session}`,
        `qrl-session=${session}; qrl-device=${device}`,
        `qrl-session=${session}; qrl-device=x`,
        `qrl-session=${session}x; qrl-device=${device}`,
        `qrl-session.0=${session}; qrl-device=${device}`,
        '__proto__=x; constructor=y; toString=z',
        '\u00ff=\u00fe',
        'x'.repeat(4_000),
      ]
      for (const cookie of [...odd, [`qrl-login-${id}=${secret}`, 'other=1']]) {
        await desktop.ask('GET', `/api/login/${id}`, { headers: { cookie } })
        await desktop.ask('GET', `/api/login/${id}/events`, { headers: { cookie }, until: /event: / })
        await phone.ask('GET', '/api/auth/session', { headers: { cookie } })
        await phone.ask('POST', '/api/login/scan', { headers: { cookie }, body: { id } })
        await world.caller().ask('POST', '/api/login', { headers: { cookie }, body: {} })
      }
    }))

  test('to strangers, and to moves that come too late', ({ lanes }) =>
    expectSame(lanes, async (world) => {
      const { desktop, id, phone, scanToken, code } = await scanned(world)
      const stranger = world.caller()
      const { phone: other } = await signedInPhone(world)
      for (const target of [id, MISSING, 'x']) {
        await stranger.ask('GET', `/api/login/${target}`)
        await stranger.ask('DELETE', `/api/login/${target}`, { body: {} })
        for (const caller of [stranger, other]) {
          await caller.ask('POST', `/api/login/${target}/confirm`, { body: approval(scanToken) })
          await caller.ask('POST', `/api/login/${target}/reject`, { body: { scanToken } })
        }
      }
      await other.ask('POST', '/api/login/scan', { body: { code } })
      await other.ask('POST', '/api/login/scan', { body: { id } })
      await other.ask('POST', '/api/login/scan', { body: { userCode: 'AAAA-AAAA' } })
      await other.ask('POST', '/api/login/scan', { body: { code: `${id}.${'A'.repeat(11)}` } })
      await stranger.ask('POST', '/api/login/ticket', { body: { code } })
      await stranger.ask('POST', '/api/login/ticket', { body: { code: `${id}.${'A'.repeat(11)}` } })
      await phone.ask('POST', `/api/login/${id}/reject`, { body: { scanToken } })
      await phone.ask('POST', `/api/login/${id}/reject`, { body: { scanToken } })
      await phone.ask('POST', `/api/login/${id}/confirm`, { body: approval(scanToken) })
      await phone.ask('POST', '/api/login/scan', { body: { id } })
      await desktop.ask('DELETE', `/api/login/${id}`, { body: {} })
      await desktop.authenticate('callback/qr', { id })
    }))
})
