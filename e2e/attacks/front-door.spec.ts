/** Ways around the front door: what it decides must be decided of what is served, and of nothing else. */
import { expect, observed, outcomeIf, test } from '../support/attacks'
import { Client, openingDesktop, signedInPhone } from '../support/client'
import { exchange, statusesIn } from '../support/raw'

test.use({ policy: 'off' })

for (const fastLane of [true, false])
  test(`no address has a second spelling ${fastLane ? 'in the lane' : 'in Next'}`, async ({
    startServer,
  }) => {
    const server = await startServer({ fastLane, environment: { LOG_LEVEL: 'debug' } })
    const { desktop, id, code } = await openingDesktop(server)
    const cookie = `qrl-login-${id}=${desktop.cookies.get(`qrl-login-${id}`)}`
    const escapes = [
      '/_next/static/../../login',
      '/_next/static/%2e%2e/%2e%2e/login',
      '/_next/static/..%2f..%2flogin',
      '/_next/static/..\\..\\login',
      '/_next/static/#/../../login',
      '/%6cogin',
      '//login',
      `/api/x/../login/${id}/events`,
      `/api//login/${id}/events`,
      `/api/login/${id}/%65vents`,
      `/api/login/${id}/events#x`,
      `/x/../scan/${code}`,
      `/./scan/${code}`,
      `/%73can/${code}`,
      `/scan//${code}`,
      `/scan/%zz${code}`,
      `http://localhost:${server.port}/scan/${code}`,
      '/api/../login',
      '/%zz',
    ]
    const open: string[] = []
    for (const method of ['GET', 'POST'])
      for (const target of escapes) {
        const head = `Host: localhost:${server.port}\r\nCookie: ${cookie}\r\nNext-Action: x\r\nContent-Length: 0\r\n`
        const received = await exchange(server.port, `${method} ${target} HTTP/1.1\r\n${head}\r\n`)
        if (!/^HTTP\/1\.1 400 [^]*\r\nContent-Security-Policy: default-src 'none'/.test(received))
          open.push(`${method} ${target}`)
      }
    expect(open).toEqual([])
    await expect.poll(() => server.output).toContain('/[malformed]')
    const isLogged = server.output.includes(code.split('.')[1]!)
    observed('otherSpelling', outcomeIf(open.length > 0 || isLogged)).toBe('stopped')
  })

test('a message that others read otherwise is refused, and with it what comes behind', async ({ site }) => {
  const host = `Host: localhost:${site.port}\r\n`
  const second = `GET /api/auth/csrf HTTP/1.1\r\n${host}\r\n`
  const behind = (headers: string, body: string, version = '1.1') =>
    `POST /api/login HTTP/${version}\r\n${host}Origin: ${site.url}\r\n${headers}\r\n${body}${second}`
  const messages = [
    `GET /login HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`,
    `GET /login HTTP/1.1\r\nHost: evil.example\r\n${host}\r\n`,
    'GET /login HTTP/1.1\r\n\r\n',
    `GET http://evil.example/login HTTP/1.1\r\n${host}\r\n`,
    `GET /login HTTP/2.0\r\n${host}\r\n`,
    `TRACE /login HTTP/1.1\r\n${host}\r\n`,
    `TRACE /api/login HTTP/1.1\r\n${host}\r\n`,
    `CONNECT localhost:${site.port} HTTP/1.1\r\n${host}\r\n${second}`,
    `GET /login HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET /_next/webpack-hmr HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET /login HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n`,
    behind(`Content-Length: ${second.length}\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
    behind('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
    behind('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
    behind('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '1.0'),
    behind(`Content-Length: 0\r\nContent-Length: ${second.length}\r\n`, ''),
    behind('Content-Length : 0\r\n', ''),
  ]
  const taken: string[] = []
  for (const message of messages) {
    const received = await exchange(site.port, message)
    const [status = 0, ...more] = statusesIn(received)
    if (status < 400 || status >= 500 || more.length > 0) taken.push(message)
    expect.soft(received, message).toContain('\r\nX-Content-Type-Options: nosniff\r\n')
  }
  observed('otherMessage', outcomeIf(taken.length > 0)).toBe('stopped')
  expect(taken).toEqual([])
})

test('ids and numbers that are none do not look like an outage', async ({ site }) => {
  const { phone } = await signedInPhone(site)
  const calls: [method: string, path: string, status: number][] = [
    ['GET', '/api/login/%00', 404],
    ['GET', '/api/login/%00/events', 404],
    ['DELETE', '/api/login/x', 404],
    ['DELETE', '/api/sessions/%00', 404],
    ['POST', '/api/sessions/%00/report', 404],
    ['DELETE', '/api/notices/%00', 404],
    ['GET', '/scan/%00', 404],
    ['GET', '/scan/x', 404],
    ['GET', '/activity?of=%00', 200],
    ['GET', '/login?next=%00', 200],
    ['GET', '/api/activity?before=2147483648', 200],
    ['GET', `/api/activity?before=${Number.MAX_SAFE_INTEGER}`, 200],
    ['GET', '/api/activity?before=9223372036854775808', 400],
    ['GET', '/api/activity?before=%00', 400],
    ['GET', '/api/activity?limit=1e9', 400],
  ]
  const seen = []
  for (const [method, path] of calls) {
    const { status } = await phone.send(method, path, method === 'GET' ? {} : { body: {} })
    seen.push([method, path, status])
  }
  observed('brokenIds', outcomeIf(seen.some(([, , status]) => Number(status) >= 500))).toBe('stopped')
  expect(seen).toEqual(calls)
})

test('cookies that pile up make no answer larger than a proxy takes', async ({ site }) => {
  const desktop = new Client(site)
  const planted = Array.from({ length: 150 }, (_, i) => `qrl-login-${String(i).padStart(22, 'A')}`)
  for (const name of planted) desktop.cookies.set(name, 'x'.repeat(43))
  const sizes: number[] = []
  for (let i = 0; i < 15; i++) {
    const { status, headers } = await desktop.post('/api/login')
    expect(status).toBe(201)
    sizes.push(JSON.stringify(headers).length)
  }
  expect(planted.filter((name) => desktop.cookies.has(name))).toEqual([])
  // What nginx keeps for a head, where nobody says otherwise.
  observed('manyCookies', outcomeIf(Math.max(...sizes) > 4_096)).toBe('stopped')
})
