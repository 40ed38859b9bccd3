/** Messages that are no proper requests, byte by byte over real sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { settings } from '../lib/env'
import { log } from '../lib/log'
import { metrics } from '../lib/metrics'
import { frontDoor } from './front-door'
import { answerThrough, newServer } from './listener'

const OWN = 'Host: localhost:3000\r\n'
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${OWN}\r\n`

const passed: string[] = []
async function next(request: IncomingMessage, response: ServerResponse): Promise<void> {
  passed.push(`${request.method} ${request.url}`)
  request.resume().once('end', () => response.end('Next'))
}

const server = newServer(settings().appUrl)
answerThrough(server, frontDoor(settings(), next, false))
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())
beforeEach(() => void passed.splice(0))

/** All that a server answers to these bytes, until it closes the connection. */
function sent(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1').on('data', (text: string) => (received += text))
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(bytes, 'latin1')
  })
}

const get = (target: string, headers = OWN) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`
const post = (headers: string, body: string) => `POST /api/users HTTP/1.1\r\n${OWN}${headers}\r\n${body}`

test.each<[what: string, bytes: string, status: number]>([
  ['a dot segment', get('/_next/static/../../login'), 400],
  ['an encoded one', get('/api/x/%2e%2e/login'), 400],
  ['an empty segment', get('/x//scan/y'), 400],
  ['a backslash', get('/x\\..\\login'), 400],
  ['an encoded slash', get('/x%2flogin'), 400],
  ['an encoded backslash', get('/x%5clogin'), 400],
  ['an encoded letter', get('/%6cogin'), 400],
  ['an escape that is none', get('/%zz'), 400],
  ['an escape that is no text', get('/scan/%ff'), 400],
  ['a fragment', get('/login#x'), 400],
  ['bytes that are no ASCII', get('/\xe9'), 400],
  ['a target that is too long', get(`/${'x'.repeat(1_024)}`), 414],
  ['an absolute target of another host', get('http://evil.example/login'), 400],
  ['an absolute target of this one', get('http://localhost:3000/login'), 400],
  ['an absolute target of another scheme', get('file:///etc/passwd'), 400],
  ['a host as target', get('localhost:3000'), 400],
  ['no path as target', `OPTIONS * HTTP/1.1\r\n${OWN}\r\n`, 400],
  ['no Host', get('/login', ''), 400],
  ['an empty Host', get('/login', 'Host:\r\n'), 421],
  ['two Hosts', get('/login', `${OWN}Host: evil.example\r\n`), 400],
  ['two Hosts, ours the last', get('/login', `host: evil.example\r\n${OWN}`), 400],
  ['the same Host twice', get('/login', OWN + OWN), 400],
  ['no Host in HTTP/1.0', 'GET /login HTTP/1.0\r\n\r\n', 400],
  ['a Host with a user', get('/login', 'Host: x@localhost:3000\r\n'), 421],
  ['a Host with a path', get('/login', 'Host: localhost:3000/x\r\n'), 421],
  ['two Hosts for a machine of the operator’s', get('/api/health/live', `${OWN}Host: evil.example\r\n`), 400],
  ['HTTP/0.9', `GET /login\r\n${OWN}\r\n`, 400],
  ['HTTP/2.0 in words', `GET /login HTTP/2.0\r\n${OWN}\r\n`, 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['TRACE', `TRACE /api/users HTTP/1.1\r\n${OWN}\r\n`, 405],
  ['TRACE of a page', `TRACE /login HTTP/1.1\r\n${OWN}\r\n`, 405],
  ['CONNECT', `CONNECT localhost:22 HTTP/1.1\r\n${OWN}\r\n`, 405],
  ['CONNECT to ourselves', `CONNECT localhost:3000 HTTP/1.1\r\n${OWN}\r\n${SMUGGLED}`, 405],
  ['PROPFIND', `PROPFIND /api/users HTTP/1.1\r\n${OWN}\r\n`, 405],
  ['a method that is none', `FOO /login HTTP/1.1\r\n${OWN}\r\n`, 400],
  ['a WebSocket', get('/login', `${OWN}Connection: Upgrade\r\nUpgrade: websocket\r\n`), 400],
  ['HTTP/2 by upgrade', get('/login', `${OWN}Connection: Upgrade\r\nUpgrade: h2c\r\n`), 400],
  ['an expectation', post('Expect: x\r\nContent-Length: 0\r\n', ''), 417],
  [
    'a length and chunks',
    post(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${SMUGGLED}`),
    400,
  ],
  ['two lengths', post(`Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n`, SMUGGLED), 400],
  ['a length that is none', post('Content-Length: +5\r\n', SMUGGLED), 400],
  ['a coding that is none', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${SMUGGLED}`), 400],
  [
    'a coding after the chunks',
    post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${SMUGGLED}`),
    400,
  ],
  ['a coding before the chunks', post('Transfer-Encoding: gzip, chunked\r\n', `0\r\n\r\n${SMUGGLED}`), 400],
  [
    'chunks, twice said',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${SMUGGLED}`),
    400,
  ],
  [
    'chunks in HTTP/1.0',
    `POST /api/users HTTP/1.0\r\n${OWN}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    400,
  ],
  ['lines that end otherwise', `GET /login HTTP/1.1\n${OWN.trim()}\n\n`, 400],
  ['a line that goes on', get('/login', `${OWN}X: a\r\n b\r\n`), 400],
  ['a space before the colon', get('/login', 'Host : localhost:3000\r\n'), 400],
  ['a zero byte', get('/login', `${OWN}X: a\0b\r\n`), 400],
  ['a head that is too large', get('/login', `${OWN}X: ${'x'.repeat(20_000)}\r\n`), 431],
])('%s is refused here', async (_, bytes, status) => {
  const received = await sent(bytes)
  const [head = '', body = ''] = received.split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z][^]*\r\nConnection: close`))
  expect(head).toContain('\r\nX-Content-Type-Options: nosniff\r\n')
  expect(JSON.parse(body)).toMatchObject({ status, code: status === 421 ? 'misdirected' : 'invalid_input' })
  // One answer, and nothing got past the door.
  expect(received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
  expect(passed).toEqual([])
})

test('at an address that can not be read nothing may be loaded', async () => {
  const policy = "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
  for (const target of ['/x/../login', '*', `/${'x'.repeat(1_024)}`, 'http://localhost:3000/login'])
    expect(await sent(get(target))).toContain(policy)
})

test.each([
  [
    'a body to a page that is read',
    `GET /login HTTP/1.1\r\n${OWN}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  ],
  [
    'a Host as trailer',
    post('Connection: close\r\nTransfer-Encoding: chunked\r\n', '0\r\nHost: evil.example\r\n\r\n'),
  ],
])('%s is no second request', async (_, bytes) => {
  const received = await sent(bytes.replace(OWN, `${OWN}Connection: close\r\n`))
  expect(received).toMatch(/^HTTP\/1.1 200 /)
  expect(passed).toHaveLength(1)
})

test('a door that answers has no second head in its answer', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.setEncoding('latin1').on('data', (text: string) => (received += text))
  socket.write(post('Transfer-Encoding: chunked\r\n', ''))
  await vi.waitFor(() => expect(passed).toHaveLength(1))
  socket.write('no chunk\r\n')
  await closed
  expect(received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
})

test.each(['/api/login', '/api/auth/callback/password'])(
  'a body to %s that its sender cuts off is no fault of ours',
  async (path) => {
    const logged = vi.spyOn(log(), 'info').mockImplementation(() => {})
    const failed = vi.spyOn(log(), 'error')
    vi.spyOn(log(), 'isLevelEnabled').mockReturnValue(true)
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const headers = 'Origin: http://localhost:3000\r\nContent-Length: 100\r\n'
    socket.write(`POST ${path} HTTP/1.1\r\n${OWN}${headers}\r\n{"a`, () => socket.end())
    await vi.waitFor(() =>
      expect(logged).toHaveBeenCalledWith(
        expect.objectContaining({ path, status: expect.toBeOneOf([400, 499]) }),
      ),
    )
    expect(failed).not.toHaveBeenCalled()
  },
)

test('of a target that can not be read nothing is logged and counted', async () => {
  const logged = vi.spyOn(log(), 'debug')
  vi.spyOn(log(), 'isLevelEnabled').mockReturnValue(true)
  const counted = vi.spyOn(metrics().requests, 'observe')
  await sent(get('/x/../scan/AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBB'))
  const line = expect.objectContaining({ path: '/[malformed]', status: 400 })
  await vi.waitFor(() => expect(logged).toHaveBeenCalledWith(line))
  expect(counted).toHaveBeenCalledWith({ route: 'other', method: 'GET', status: '400' }, expect.any(Number))
})
