/** What the fast lane takes, what it leaves to Next, and how it writes answers: over real sockets. */
import fs from 'node:fs'
import http, { createServer, METHODS, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { getRouteMatcher } from 'next/dist/shared/lib/router/utils/route-matcher'
import { getRouteRegex } from 'next/dist/shared/lib/router/utils/route-regex'
import { afterEach, describe, expect, test } from 'vitest'
import type { LoginStream, Sink } from '../lib/events/stream'
import { answer, eventStream, noContent, type Answer } from '../lib/http/answer'
import { MAX_UNREAD_BYTES } from '../lib/http/event-stream'
import type { ApiRequest } from '../lib/http/request'
import { answerBy, fastLane } from './fast-lane'

const API = path.resolve(import.meta.dirname, '../app/api')
const ID = 'Aa0_-Aa0_-Aa0_-Aa0_-Aa'

/** Every route under `app/api`, as Next names it. */
const routes = fs
  .readdirSync(API, { recursive: true })
  .map(String)
  .filter((file) => /(^|\/)route\.ts$/.test(file))
  .map((file) => `/api/${path.dirname(file)}`)

const exportsOf = async (route: string) =>
  (await import(path.join(API, route.slice('/api/'.length), 'route.ts'))) as Record<string, unknown>

/** An address that Next would hand to this route. */
const anAddressOf = (route: string): string =>
  route.replace('[id]', ID).replace('[...nextauth]', 'callback/qr')

const isTaken = (route: string): boolean => /^\/api\/(login|auth|self-test)(\/|$)/.test(route)

describe('the lane takes', () => {
  test.each(routes.filter(isTaken))('%s, each method that it exports and no other', async (route) => {
    const exported = await exportsOf(route)
    expect(Object.keys(exported).length).toBeGreaterThan(0)
    for (const method of METHODS)
      expect(fastLane(method, anAddressOf(route))?.handler, method).toBe(exported[method])
  })

  test('as many routes as there are', () => {
    expect(routes.filter(isTaken)).toHaveLength(9)
  })

  test.each([
    `/api/login/${ID}`,
    `/api/login/${ID}/events`,
    `/api/login/${ID}/confirm`,
    `/api/login/${ID}/reject`,
    '/api/login/x',
    '/api/login/scans',
    '/api/login/scan/events',
    '/api/auth/session',
    '/api/auth/callback/qr',
    '/api/auth/a/b/c/d',
  ])('%s with the parameters that Next would find', async (address) => {
    const found = routes
      .filter(isTaken)
      .map((route) => getRouteMatcher(getRouteRegex(route))(address))
      .find((params) => params !== false)
    const method = address.endsWith('/confirm') || address.endsWith('/reject') ? 'POST' : 'GET'
    expect(fastLane(method, address)?.params).toEqual(found)
  })
})

describe('the lane leaves to Next', () => {
  test.each(routes.filter((route) => !isTaken(route)))('%s', (route) => {
    for (const method of METHODS) expect(fastLane(method, anAddressOf(route))).toBeNull()
  })

  test.each([
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'get',
    '',
    'default',
    'constructor',
    'toString',
  ])('the method "%s"', (method) => {
    for (const route of routes) expect(fastLane(method, anAddressOf(route))).toBeNull()
  })

  test.each([
    '/',
    '/login',
    '/api',
    '/api/',
    '/api/login/',
    `/api/login/${ID}/`,
    `/api/login/${ID}/events/`,
    `/api/login//${ID}`,
    '//api/login',
    '/api//login',
    '/API/login',
    '/api/Login',
    '/api/login/%41',
    `/api/login/${ID}%2Fevents`,
    `/api/login/${ID}/%65vents`,
    `/api/login/${ID}/other`,
    `/api/login/${ID}/events/x`,
    '/api/login/a.b',
    '/api/login/.',
    '/api/login/..',
    '/api/login/ä',
    '/api/login/a b',
    '/api/login/a\nb',
    `/api/login/${ID}\n`,
    '/api/login/[id]',
    '/api/auth',
    '/api/auth/',
    '/api/auth/session/',
    '/api/auth//session',
    '/api/auth/ses%73ion',
    '/api/auth/../login',
    '/api/login?x',
    'http://localhost/api/login',
    '*',
  ])('the address %j', (address) => {
    for (const method of ['GET', 'POST', 'DELETE']) expect(fastLane(method, address)).toBeNull()
  })
})

let closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing) close()
  closing = []
})

const ARRIVAL = {
  address: '127.0.0.1',
  bucket: '127.0.0.1',
  origin: 'http://localhost:3000',
  requestId: 'test',
}

type Handle = (request: ApiRequest) => Promise<Answer>

/** A server whose every answer comes from `handle`, down the lane. */
async function laneOf(handle: Handle) {
  const done: Promise<void>[] = []
  const server = createServer((request, response) => {
    const lane = { handler: handle, params: {} }
    done.push(answerBy(lane, request, response, ARRIVAL, { 'X-Always': 'there' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, done }
}

interface Received {
  status: number
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  text: string
}

function ask(port: number, options: http.RequestOptions = {}, body = ''): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ port, host: '127.0.0.1', agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers, rawHeaders } = response
        resolve({ status, headers, rawHeaders, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A connection that has sent a request and reads only what it is told to. */
async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  closing.push(() => socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\n\r\n')
  return socket
}

describe('an answer', () => {
  test('carries its own headers and those of every answer, and its length in bytes', async () => {
    const { port } = await laneOf(async () => answer(201, { name: '李白' }))
    const { status, headers, text } = await ask(port)
    expect([status, text]).toEqual([201, '{"name":"李白"}'])
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
      'content-length': String(Buffer.byteLength(text)),
      'x-always': 'there',
    })
    expect(headers['transfer-encoding']).toBeUndefined()
  })

  test('sets each cookie by a header of its own', async () => {
    const cookies = ['a=1; Path=/', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'c=3']
    const { port } = await laneOf(async () => answer(200, {}, cookies))
    const { headers, rawHeaders } = await ask(port)
    expect(headers['set-cookie']).toEqual(cookies)
    expect(rawHeaders.filter((name) => /^set-cookie$/i.test(name))).toHaveLength(3)
  })

  test('sets none where there is none', async () => {
    const { port } = await laneOf(async () => answer(200, {}))
    expect((await ask(port)).headers['set-cookie']).toBeUndefined()
  })

  test('without content has neither body nor length', async () => {
    const { port } = await laneOf(async () => noContent(['a=1']))
    const { status, headers, text } = await ask(port)
    expect([status, text]).toEqual([204, ''])
    expect(headers['content-length']).toBeUndefined()
    expect(headers['transfer-encoding']).toBeUndefined()
    expect(headers['content-type']).toBeUndefined()
    expect(headers['set-cookie']).toEqual(['a=1'])
  })

  test('leaves the connection open for the next call', async () => {
    const { port } = await laneOf(async () => noContent())
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 3; i++)
      await new Promise<void>((resolve, reject) => {
        const sent = http.get({ port, host: '127.0.0.1', agent }, (response) => {
          ports.add(response.socket.localPort)
          response.resume().on('end', resolve)
        })
        sent.on('error', reject)
      })
    agent.destroy()
    expect(ports.size).toBe(1)
  })
})

describe('a handler is given', () => {
  test('method, address, headers and body, as they came', async () => {
    let seen: unknown
    const { port } = await laneOf(async (request) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of request.body ?? []) chunks.push(chunk)
      seen = {
        method: request.method,
        url: request.url,
        one: request.headers.get('x-one'),
        twice: request.headers.get('x-twice'),
        missing: request.headers.get('x-missing'),
        cookie: request.headers.get('cookie'),
        body: Buffer.concat(chunks).toString(),
        aborted: request.signal.aborted,
      }
      return noContent()
    })
    const headers = { 'X-One': '1', 'X-Twice': ['a', 'b'], cookie: 'a=1; b=2' }
    await ask(port, { method: 'POST', path: '/api/x?y=%20z', headers }, 'some body')
    expect(seen).toEqual({
      method: 'POST',
      url: 'http://localhost:3000/api/x?y=%20z',
      one: '1',
      twice: 'a, b',
      missing: null,
      cookie: 'a=1; b=2',
      body: 'some body',
      aborted: false,
    })
  })

  test('the news that its caller left, and then nothing is written', async () => {
    let left = () => {}
    const hasLeft = new Promise<void>((resolve) => (left = resolve))
    let started = () => {}
    const hasStarted = new Promise<void>((resolve) => (started = resolve))
    const { port, done } = await laneOf(async ({ signal }) => {
      signal.addEventListener('abort', () => left())
      started()
      await hasLeft
      return answer(200, {})
    })
    const socket = await opened(port)
    await hasStarted
    socket.destroy()
    await hasLeft
    await expect(Promise.all(done)).resolves.toBeDefined()
  })

  test('that news also where it asks only afterwards', async () => {
    let goOn = () => {}
    const gone = new Promise<void>((resolve) => (goOn = resolve))
    let started = () => {}
    const hasStarted = new Promise<void>((resolve) => (started = resolve))
    let aborted: boolean | undefined
    const server = createServer((request, response) => {
      response.on('close', goOn)
      const handler = async ({ signal }: ApiRequest) => {
        started()
        await gone
        aborted = signal.aborted
        return answer(200, {})
      }
      finished = answerBy({ handler, params: {} }, request, response, ARRIVAL, {})
    })
    let finished: Promise<void> | undefined
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const socket = await opened((server.address() as AddressInfo).port)
    await hasStarted
    socket.destroy()
    await gone
    await finished
    expect(aborted).toBe(true)
  })
})

describe('a stream', () => {
  /** A stream in the hands of the test. */
  function byHand() {
    let sink: Sink | undefined
    let close = () => {}
    const closed = new Promise<void>((resolve) => (close = resolve))
    const start = (made: Sink) => {
      sink = made
      return { close } as unknown as LoginStream
    }
    return { start, closed, sink: () => sink! }
  }

  test('is sent as it is written, and ended properly', async () => {
    const stream = byHand()
    const { port, done } = await laneOf(async () => eventStream(stream.start))
    const socket = await opened(port)
    let received = ''
    const wrote = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => received.includes(text) && resolve()
        socket.on('data', look)
        look()
      })
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    await expect.poll(() => done.length).toBe(1)
    await done[0]
    expect(stream.sink().write('data: one\n\n')).toBe(true)
    await wrote('data: one\n\n')
    expect(received).toContain('Content-Type: text/event-stream; charset=utf-8\r\n')
    expect(received).toContain('Transfer-Encoding: chunked\r\n')
    expect(received).not.toContain('Content-Length')
    stream.sink().write('data: two\n\n')
    stream.sink().end()
    await wrote('\r\n0\r\n\r\n')
    await stream.closed
  })

  test('is closed when its reader leaves', async () => {
    const stream = byHand()
    const { port, done } = await laneOf(async () => eventStream(stream.start))
    const socket = await opened(port)
    await expect.poll(() => done.length).toBe(1)
    await done[0]
    stream.sink().write(':\n\n')
    socket.resetAndDestroy()
    await stream.closed
  })

  test('is not started for a reader that has left', async () => {
    let goOn = () => {}
    const gone = new Promise<void>((resolve) => (goOn = resolve))
    let started = false
    const { port, done } = await laneOf(async ({ signal }) => {
      signal.addEventListener('abort', () => goOn())
      await gone
      return eventStream(() => {
        started = true
        return { close() {} } as LoginStream
      })
    })
    const socket = await opened(port)
    await expect.poll(() => done.length).toBe(1)
    socket.destroy()
    await done[0]
    expect(started).toBe(false)
  })

  test('holds no more than the bound for a reader that does not read, and lets it go', async () => {
    const stream = byHand()
    const { port, done } = await laneOf(async () => eventStream(stream.start))
    const socket = await opened(port)
    socket.pause()
    await expect.poll(() => done.length).toBe(1)
    await done[0]
    const kibibyte = `data: ${'x'.repeat(1017)}\n\n`
    let written = 0
    // Megabytes fit into the kernel's own buffers, which are not ours to bound.
    while (stream.sink().write(kibibyte) && written < 256 * 1024 * 1024) {
      written += kibibyte.length
      if (written % (64 * kibibyte.length) === 0) await new Promise(setImmediate)
    }
    expect(written).toBeLessThan(256 * 1024 * 1024)
    expect(written).toBeGreaterThan(MAX_UNREAD_BYTES / 2)
    stream.sink().end()
    await stream.closed
  })
})
