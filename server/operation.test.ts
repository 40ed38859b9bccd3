/** What the operator's machines are told, over real sockets. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bus } from '../lib/bus'
import { db } from '../lib/db'
import { settings } from '../lib/env'
import { AppError } from '../lib/errors'
import { closeRedis, prepareRedis } from '../lib/redis'
import { isLacking } from '../lib/testing/lacking'
import { hasRedis, RedisServer } from '../lib/testing/redis'
import { answerOperator, isForOperator, isOwnName, stopBeingReady } from './operation'

const TOKEN = 'a-token-of-the-operator'
const ALWAYS = { 'X-Always': 'there' }
const READY = { server: 'ok', database: 'ok', redis: 'ok', bus: 'ok', migrations: 'ok' }

// They connect while the server gets ready.
beforeEach(async () => {
  if (settings().redisUrl !== undefined) await prepareRedis()
  await vi.waitFor(() => expect(bus().isUp).toBe(true))
})

let close = async () => {}
afterEach(() => close())

/** Asks a server that answers nothing else. */
async function serving() {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname
    if (isForOperator(request.method ?? '', path)) void answerOperator(request, response, path, ALWAYS)
    else response.writeHead(418).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => new Promise((resolve) => server.close(() => resolve()))
  const { port } = server.address() as AddressInfo
  return (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { connection: 'close', ...init.headers } })
}

const asJson = async (response: Response) => ({ status: response.status, ...(await response.json()) })

test('a server that lives says so, also without a database', async () => {
  vi.spyOn(db(), 'query').mockRejectedValue(new AppError('unavailable'))
  const ask = await serving()
  const response = await ask('/api/health/live')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await asJson(response)).toEqual({ status: 'ok' })
})

test('one that is ready says of what', async () => {
  const ask = await serving()
  expect(await asJson(await ask('/api/health/ready'))).toEqual({ status: 'ok', checks: READY })
  expect((await ask('/api/health/ready', { method: 'HEAD' })).status).toBe(200)
})

test('one without its database says so in our own words', async () => {
  const cause = new Error('connect ECONNREFUSED 10.1.2.3:5432')
  vi.spyOn(db(), 'query').mockRejectedValue(new AppError('unavailable', { cause }))
  const ask = await serving()
  const response = await ask('/api/health/ready')
  expect(response.status).toBe(503)
  expect((await response.json()).checks).toMatchObject({ server: 'ok', database: 'it cannot be used' })
})

test('one whose database hangs says so in time', { timeout: 10_000 }, async () => {
  vi.spyOn(db(), 'query').mockReturnValue(new Promise(() => {}))
  const ask = await serving()
  const { checks } = await (await ask('/api/health/ready')).json()
  expect(checks).toMatchObject({
    database: 'it does not answer',
    migrations: 'it does not answer',
    bus: 'ok',
  })
})

test('one whose database may only be read is not ready', async () => {
  vi.spyOn(db(), 'query').mockResolvedValueOnce([{ readOnly: 'on' }])
  const ask = await serving()
  expect(await asJson(await ask('/api/health/ready'))).toMatchObject({
    status: 'unready',
    checks: { database: 'it can only be read' },
  })
})

test.skipIf(isLacking(hasRedis()))(
  'one whose Redis takes nothing is not ready',
  { timeout: 30_000 },
  async () => {
    const server = await RedisServer.start()
    closeRedis()
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
    const ask = await serving()
    const told = async () => (await (await ask('/api/health/ready')).json()).checks.redis
    await vi.waitFor(async () => expect(await told()).toBe('ok'))
    await server.run((client) => client.config('SET', 'maxmemory', '1'))
    expect(await told()).toBe('it cannot be used')
    await server.run((client) => client.config('SET', 'maxmemory', '0'))
    expect(await told()).toBe('ok')
    await server.run((client) => client.replicaof('127.0.0.1', '1'))
    expect(await told()).toBe('it cannot be used')
    closeRedis()
    await server.stop()
  },
)

test('one whose bus has no connection is not ready', async () => {
  vi.spyOn(bus(), 'isUp', 'get').mockReturnValue(false)
  const ask = await serving()
  expect(await asJson(await ask('/api/health/ready'))).toMatchObject({
    status: 'unready',
    checks: { ...READY, bus: 'it has no connection' },
  })
})

test('a crowd that asks at once costs as much as one', async () => {
  const ask = await serving()
  await ask('/api/health/ready')
  const query = db().query.bind(db())
  let goOn = () => {}
  const free = new Promise<void>((resolve) => (goOn = resolve))
  const queries = vi.spyOn(db(), 'query').mockImplementation((run) => free.then(() => query(run)))
  const answers = Promise.all(Array.from({ length: 20 }, () => ask('/api/health/ready')))
  await ask('/api/health/live')
  goOn()
  expect((await answers).map(({ status }) => status)).toEqual(Array(20).fill(200))
  // Some may have come after the first ones had their answer.
  expect(queries.mock.calls.length).toBeLessThan(20)
})

test.each(['/api/health', '/api/health/ready/', '/api/metrics/x'])(
  '%s is no question of theirs',
  async (path) => {
    const ask = await serving()
    expect((await ask(path)).status).toBe(418)
  },
)

test.each(['/api/health/ready', '/api/metrics'])('%s is only read', async (path) => {
  const ask = await serving()
  expect((await ask(path, { method: 'POST' })).status).toBe(418)
})

test('the figures are for who has the token', async () => {
  vi.spyOn(settings(), 'metricsToken', 'get').mockReturnValue(TOKEN)
  const ask = await serving()
  for (const authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN])
    expect((await ask('/api/metrics', { headers: { authorization } })).status).toBe(404)
  const response = await ask('/api/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await response.text()).toContain('qrlogin_waiting_desktops{reader="events"} 0')
})

test('without a token in the settings the figures are for nobody', async () => {
  const ask = await serving()
  for (const authorization of ['', 'Bearer undefined', `Bearer ${TOKEN}`])
    expect((await ask('/api/metrics', { headers: { authorization } })).status).toBe(404)
})

test('figures that can’t be made end the connection, and not the server', async () => {
  vi.spyOn(settings(), 'metricsToken', 'get').mockReturnValue(TOKEN)
  vi.spyOn(db(), 'connections').mockImplementation(() => {
    throw new Error('no figures')
  })
  const ask = await serving()
  await expect(ask('/api/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })).rejects.toThrow()
  expect((await ask('/api/health/live')).status).toBe(200)
})

test.each(['/api/health/live', '/api/health/ready', '/api/metrics'])(
  '%s has the headers of every answer',
  async (path) => {
    vi.spyOn(settings(), 'metricsToken', 'get').mockReturnValue(TOKEN)
    const ask = await serving()
    for (const authorization of ['', `Bearer ${TOKEN}`])
      expect((await ask(path, { headers: { authorization } })).headers.get('x-always')).toBe('there')
  },
)

test.each([
  ['127.0.0.1:3000', true],
  ['[::1]:3000', true],
  ['[fd00::5]', true],
  ['10.1.2.3', true],
  ['localhost:3000', true],
  ['app-1:3000', true],
  ['evil.example', false],
  ['evil.example:3000', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
  ['a b', false],
])('under the name %j machines may ask: %s', (host, may) => {
  expect(isOwnName(host)).toBe(may)
})

// The last one: a server that stops does so for good.
test('a server that stops is not ready at once, and still lives', async () => {
  const ask = await serving()
  stopBeingReady()
  expect(await asJson(await ask('/api/health/ready'))).toMatchObject({
    status: 'unready',
    checks: { ...READY, server: 'it is stopping' },
  })
  expect((await ask('/api/health/live')).status).toBe(200)
})
