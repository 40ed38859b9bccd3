/** Who gets the sign-in page with a request already open, over real sockets and on a real database. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { countRequests } from '../lib/testing/outcomes'
import { settings } from '../lib/env'
import { openedWith } from '../lib/http/caller'
import { tryTake } from '../lib/limits/limits'
import { frontDoor } from './front-door'

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

/** What a desktop's browser sends when a person goes to a page. */
const NAVIGATION = { 'user-agent': CHROME, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

let closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing) close()
  closing = []
})

/** Stands in for Next: tells what the page was given. */
async function tellOpened(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const opened = openedWith(new Headers(request.headers as Record<string, string>))
  response.end(JSON.stringify(opened ?? null))
}

async function ask(headers: Record<string, string>, path = '/login', method = 'GET') {
  const server = createServer(frontDoor(settings(), tellOpened, false))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const before = await countRequests()
  return new Promise<{ opened: { id: string } | null; cookies: string[]; rows: number }>(
    (resolve, reject) => {
      const options = { port, path, method, headers: { host: 'localhost:3000', ...headers } }
      const sent = send(options, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', async () => {
          const opened = method === 'HEAD' ? null : JSON.parse(text)
          resolve({
            opened,
            cookies: response.headers['set-cookie'] ?? [],
            rows: (await countRequests()) - before,
          })
        })
      })
      sent.on('error', reject)
      sent.end()
    },
  )
}

test('a person who goes to the sign-in page gets it with a request, and its secret as a cookie', async () => {
  const { opened, cookies, rows } = await ask(NAVIGATION)
  expect(rows).toBe(1)
  expect(cookies).toHaveLength(1)
  expect(cookies[0]).toMatch(new RegExp(`^qrl-login-${opened!.id}=.{43}; .*HttpOnly`))
  expect(JSON.stringify(opened)).not.toContain(/=(.{43});/.exec(cookies[0]!)![1])
})

test('so does a person who clicks on another site', async () => {
  const clicked = { 'sec-fetch-site': 'cross-site', 'sec-fetch-user': '?1' }
  expect((await ask({ ...NAVIGATION, ...clicked })).rows).toBe(1)
})

test('a query changes nothing', async () => {
  expect((await ask(NAVIGATION, '/login?next=/account')).rows).toBe(1)
})

test.each<[string, Record<string, string | undefined>]>([
  ['a prefetch', { 'sec-purpose': 'prefetch' }],
  ['a page rendered ahead', { 'sec-purpose': 'prefetch;prerender' }],
  ['an old browser’s prefetch', { purpose: 'prefetch' }],
  ['a frame', { 'sec-fetch-dest': 'iframe' }],
  ['a script’s fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['what is no browser', { 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined }],
  ['another site that nobody clicked on', { 'sec-fetch-site': 'cross-site' }],
  ['a phone', { 'user-agent': IPHONE }],
  ['a browser that is signed in', { cookie: 'qrl-session=whatever' }],
  ['a forged private header', { 'sec-fetch-mode': 'cors', 'x-qr-login-opened': '{"id":"forged"}' }],
])('%s opens nothing', async (_, change) => {
  const headers = Object.fromEntries(
    Object.entries({ ...NAVIGATION, ...change }).filter((entry): entry is [string, string] => !!entry[1]),
  )
  expect(await ask(headers)).toEqual({ opened: null, cookies: [], rows: 0 })
})

test('neither does another page, nor asking for the head alone', async () => {
  expect((await ask(NAVIGATION, '/signin')).rows).toBe(0)
  expect((await ask(NAVIGATION, '/login/')).rows).toBe(0)
  expect((await ask(NAVIGATION, '/login', 'HEAD')).rows).toBe(0)
})

test('past the limit on opening, the page comes without', async () => {
  vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
  Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))
  // The tests before may have taken some: with Redis the count is shared.
  while (await tryTake('open', '127.0.0.1'));
  expect(await ask(NAVIGATION)).toEqual({ opened: null, cookies: [], rows: 0 })
})
