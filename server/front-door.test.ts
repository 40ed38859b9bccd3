/** The front door over real sockets. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { settings, type Settings } from '../lib/env'
import { callerOf } from '../lib/http/caller'
import { log } from '../lib/log'
import { frontDoor } from './front-door'
import { selfTest } from './self-test'

let closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing) close()
  closing = []
})

/** Stands in for Next behind the door: tells whom a handler would see. */
async function tellCaller(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { address, bucket, origin } = callerOf(new Headers(request.headers as Record<string, string>))
  response.end(
    JSON.stringify({
      address,
      bucket,
      origin,
      policy: request.headers['content-security-policy'],
      action: request.headers['next-action'],
    }),
  )
}

async function behind(change: Partial<Settings> = {}) {
  const server = createServer(frontDoor({ ...settings(), ...change }, tellCaller, false))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as AddressInfo
  return (path: string, headers: Record<string, string> = {}, method = 'GET', body = '') =>
    new Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>((resolve, reject) => {
      const sent = send(
        { port, path, method, headers: { host: 'localhost:3000', ...headers } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: text }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
}

describe('the host', () => {
  test('must be APP_URL’s', async () => {
    const ask = await behind()
    expect((await ask('/api/login', { host: 'localhost:3000' })).status).toBe(200)
    for (const host of ['evil.example', 'localhost', 'localhost:3001', '127.0.0.1:3000']) {
      const { status, body } = await ask('/api/login', { host })
      expect([status, JSON.parse(body).code]).toEqual([421, 'misdirected'])
    }
  })

  test('may be localhost while APP_URL is our own guess', async () => {
    const ask = await behind({ appUrl: 'http://192.168.1.20:3000', appUrlIsSet: false })
    for (const host of ['192.168.1.20:3000', 'localhost:3000', '127.0.0.1:3000'])
      expect(JSON.parse((await ask('/api/login', { host })).body).origin).toBe(`http://${host}`)
    expect((await ask('/api/login', { host: 'evil.example' })).status).toBe(421)
  })
})

describe('a machine of the operator’s', () => {
  test.each(['127.0.0.1', '[::1]:3000', 'app-1:3000', 'localhost:3000'])('may ask at %s', async (host) => {
    const { status, headers } = await (await behind())('/api/health/live', { host })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
  })

  test.each(['/api/health/live', '/api/health/ready', '/api/metrics'])(
    'asks no server at a name of somebody else’s: %s',
    async (path) => {
      for (const host of ['evil.example', '127.0.0.1.evil.example'])
        expect((await (await behind())(path, { host })).status).toBe(421)
    },
  )

  test('may ask nothing but that', async () => {
    for (const path of ['/api/health', '/api/login'])
      expect((await (await behind())(path, { host: 'app-1:3000' })).status).toBe(421)
  })
})

describe('the address', () => {
  const seen = async (change: Partial<Settings>, headers: Record<string, string> = {}) => {
    const { address, bucket } = JSON.parse((await (await behind(change))('/api/login', headers)).body)
    return { address, bucket }
  }

  test('is the socket’s, whatever private headers a caller brings', async () => {
    const forged = {
      'x-qr-login-address': '203.0.113.66',
      'x-qr-login-bucket': 'mine',
      'x-qr-login-seal': 'x',
    }
    expect(await seen({}, forged)).toEqual({ address: '127.0.0.1', bucket: '127.0.0.1' })
  })

  test.each(['x-forwarded-for', 'x-real-ip', 'forwarded'])(
    'is undetermined where an undeclared peer sends %s',
    async (name) => {
      const warned = vi.spyOn(log(), 'warn').mockImplementation(() => {})
      expect(await seen({}, { [name]: '203.0.113.66' })).toEqual({
        address: null,
        bucket: '127.0.0.1',
      })
      expect(warned).toHaveBeenCalledOnce()
    },
  )

  test('comes from a declared proxy, past which no caller can write', async () => {
    const proxied = { trustedProxies: ['127.0.0.1'] }
    expect((await seen(proxied, { 'x-forwarded-for': '203.0.113.5' })).address).toBe('203.0.113.5')
    expect((await seen(proxied, { 'x-forwarded-for': '6.6.6.6, 203.0.113.5' })).address).toBe('203.0.113.5')
    expect((await seen(proxied, { 'x-forwarded-for': 'not an address' })).address).toBeNull()
    expect((await seen(proxied)).address).toBe('127.0.0.1')
  })

  test('counts an IPv6 household as one', async () => {
    const proxied = { trustedProxies: ['127.0.0.1'] }
    const { address, bucket } = await seen(proxied, { 'x-forwarded-for': '2001:db8:1:2:3:4:5:6' })
    expect([address, bucket]).toEqual(['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'])
  })
})

describe('the answer', () => {
  test('of a page has a policy with a fresh nonce, which Next gets as well', async () => {
    const ask = await behind()
    const first = await ask('/login', { 'content-security-policy': "script-src 'unsafe-inline'" })
    const second = await ask('/login')
    const policy = first.headers['content-security-policy']!
    expect(JSON.parse(first.body).policy).toBe(policy)
    expect(policy).toMatch(/script-src 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic'/)
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
    expect(second.headers['content-security-policy']).not.toBe(policy)
    expect(first.headers).toMatchObject({
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'permissions-policy': expect.stringContaining('camera=(), microphone=()'),
    })
    expect(first.headers['strict-transport-security']).toBeUndefined()
  })

  test('asks for https where APP_URL has it', async () => {
    const ask = await behind({ appUrl: 'https://login.example' })
    const { headers } = await ask('/login', { host: 'login.example' })
    expect(headers['strict-transport-security']).toContain('max-age=')
  })

  test('to a body that is too large is 413', async () => {
    const { status } = await (await behind())('/api/login', {}, 'POST', 'x'.repeat(16 * 1024 + 1))
    expect(status).toBe(413)
  })

  test.each([
    ['/scan', 'self'],
    ['/scan/x', ''],
    ['/', ''],
    ['/login', ''],
    ['/api/login', ''],
    ['/_next/static/x.js', ''],
  ])('of %s leaves the camera to: %s', async (path, whom) => {
    const { headers } = await (await behind())(path)
    expect(headers['permissions-policy']).toContain(`camera=(${whom}), microphone=(),`)
  })

  test.each(['/api/login', '/api/nothing', '/_next/static/x.js'])(
    'of %s, which is no page, lets nothing be loaded',
    async (path) => {
      const { headers } = await (await behind())(path)
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
    },
  )

  test('to a form that was posted to a page is that page', async () => {
    const { status, headers } = await (await behind())('/signin?next=/account', {}, 'POST', 'password=secret')
    expect([status, headers.location]).toEqual([303, '/signin?next=/account'])
  })
})

describe('Next', () => {
  test('gets other methods than GET and HEAD for routes that there are', async () => {
    const ask = await behind({ fastLane: false })
    const statuses = async (path: string) =>
      Promise.all(
        ['POST', 'PUT', 'DELETE', 'OPTIONS'].map(async (method) => (await ask(path, {}, method)).status),
      )
    for (const path of ['/api/sessions', `/api/sessions/${'A'.repeat(22)}`, '/api/auth/x'])
      expect(await statuses(path)).toEqual([200, 200, 200, 200])
    for (const path of ['/api/x', '/api/sessions/', '/api/sessions/x', '/api/auth'])
      expect(await statuses(path)).toEqual([404, 404, 404, 404])
    for (const path of ['/_next/static/x.js', '/_next/static/'])
      expect(await statuses(path)).toEqual([405, 405, 405, 405])
    for (const path of ['/', '/login', '/x', '/api', '/_next/image'])
      expect(await statuses(path)).toEqual([303, 405, 405, 405])
  })

  test('never hears of a Server Action', async () => {
    const { body } = await (await behind())('/api/users', { 'next-action': 'x' }, 'POST')
    expect(JSON.parse(body).action).toBeUndefined()
  })
})

describe('the self-test', () => {
  const answering = (address: string | null) => (_: IncomingMessage, response: ServerResponse) =>
    void response.end(JSON.stringify({ address }))

  test('passes behind this front door', async () => {
    await expect(selfTest(frontDoor(settings(), tellCaller, false), settings())).resolves.toBeUndefined()
  })

  test('refuses a door through which an address can be forged', async () => {
    const leaky = (request: IncomingMessage, response: ServerResponse) =>
      answering(String(request.headers['x-forwarded-for'] ?? '127.0.0.1'))(request, response)
    await expect(selfTest(leaky, settings())).rejects.toThrow('203.0.113.66')
    const careless = (request: IncomingMessage, response: ServerResponse) =>
      answering(String(request.headers['x-qr-login-address'] ?? '127.0.0.1'))(request, response)
    await expect(selfTest(careless, settings())).rejects.toThrow('203.0.113.66')
  })

  test('refuses a server that does not answer', async () => {
    const silent = (_: IncomingMessage, response: ServerResponse) => void response.writeHead(500).end()
    await expect(selfTest(silent, settings())).rejects.toThrow('500')
  })
})
