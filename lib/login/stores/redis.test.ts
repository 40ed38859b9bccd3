/** Login requests in Redis, where it differs from a table: clocks, ends that were not said, and forgetting. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../../db'
import { settings } from '../../env'
import { answeredByRedis, closeRedis, prepareRedis, redis } from '../../redis'
import { isLacking } from '../../testing/lacking'
import { isInOrder } from '../../testing/database'
import { approveBy } from '../../testing/proofs'
import { auditOf, refused, rowOf, sessionsFrom } from '../../testing/outcomes'
import {
  DESKTOP,
  later,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndConfirm,
  openAndScan,
  PHONE,
  type StrongDevice,
} from '../../testing/people'
import { revokeOthers, signOut } from '../../sessions/end'
import { hasRedis, RedisServer } from '../../testing/redis'
import { consume } from '../consume'
import { readAsDesktop } from '../desktop'
import { decline } from '../confirm'
import { requests } from '../requests'
import { scan } from '../scan'
import { statusAt } from '../state'
import { RedisStore } from './redis'
import { decode } from './redis-row'

const STORE = Symbol.for('qr-login.requests')
const keyOf = (id: string) => `qrlogin:request:${id}`
const writtenOf = async (loginRequestId: string) =>
  (await db().read((client) => client.auditEvent.findMany({ where: { loginRequestId } }))).map(
    ({ type }) => type,
  )

describe.skipIf(isLacking(hasRedis()))('requests in Redis (needs Redis)', () => {
  let server: RedisServer
  let phone: StrongDevice

  beforeAll(async () => {
    server = await RedisServer.start()
    // The other one that these tests may run on.
    closeRedis()
  }, 30_000)
  afterAll(async () => {
    closeRedis()
    await server.stop()
  })
  beforeEach(async () => {
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
    Object.assign(globalThis, { [STORE]: new RedisStore(true) })
    await prepareRedis()
    phone = await makePhone((await makeUser()).id, NOON, 30 * 86_400)
  })

  const consumeBy = ({ id, secret }: { id: string; secret: string }, now = NOON) =>
    consume(id, secret, undefined, DESKTOP, now)

  /** A server that was stopped after the database knew of the session, and before Redis did. */
  async function diedBeforeSayingSo(request: { id: string; secret: string }) {
    const before = await redis().hgetall(keyOf(request.id))
    const made = await consumeBy(request)
    await redis().hset(keyOf(request.id), { ...before, leaseEndsAt: Date.now() - 1 })
    return made
  }

  test('whoever comes late hears that it ran out, as the key outlives the request by ten minutes', async () => {
    const { id, secret } = await open()
    const seconds = (await redis().pttl(keyOf(id))) / 1000
    expect(seconds).toBeGreaterThan(300 + 590)
    expect(seconds).toBeLessThanOrEqual(300 + 600)
    expect(statusAt(await readAsDesktop(id, secret), later(300))).toBe('expired')
  })

  test('Redis’s own clock decides, whatever a server’s says', async () => {
    Object.assign(globalThis, { [STORE]: new RedisStore() })
    const now = new Date()
    const slow = later(-3_600, now)
    const today = await makePhone((await makeUser()).id, slow, 86_400)
    // The server that opens it is an hour behind, and so is its idea of when it ends.
    const { id, scanToken } = await openAndScan(today, slow)
    const { createdAt, expiresAt } = await rowOf(id)
    expect(Math.abs(createdAt.getTime() - now.getTime())).toBeLessThan(60_000)
    expect(Math.round((expiresAt.getTime() - createdAt.getTime()) / 10_000)).toBe(30)
    await redis().hset(keyOf(id), 'expiresAt', Date.now() - 1)
    expect(await refused(decline(id, scanToken, today.session, PHONE, slow))).toMatch(
      /^(expired|wrong_state)/,
    )
    expect((await rowOf(id)).state).toBe('scanned')
  })

  test('a request whose session exists is consumed, whoever looks, and gives the same session again', async () => {
    const request = await openAndConfirm(phone)
    const made = await diedBeforeSayingSo(request)
    expect((await rowOf(request.id)).state).toBe('consumed')
    expect((await consumeBy(request, later(5))).token).toBe(made.token)
    expect(await sessionsFrom(request.id)).toHaveLength(1)
  })

  test('a consume after one that did not come back finds its session', async () => {
    const request = await openAndConfirm(phone)
    const made = await diedBeforeSayingSo(request)
    // Still in hand: the same desktop may take it again.
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() + 10_000 })
    expect((await consumeBy(request)).token).toBe(made.token)
    expect(await sessionsFrom(request.id)).toHaveLength(1)
    expect((await rowOf(request.id)).state).toBe('consumed')
  })

  test('a consume that came to nothing leaves the request as it was, once its time is over', async () => {
    const request = await openAndConfirm(phone)
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() - 1 })
    expect((await rowOf(request.id)).state).toBe('confirmed')
    expect(await redis().hexists(keyOf(request.id), 'leaseEndsAt')).toBe(0)
    await consumeBy(request)
    expect(await sessionsFrom(request.id)).toHaveLength(1)
  })

  test('while a consume has it in hand, taking the approval back waits for the outcome', async () => {
    const request = await openAndConfirm(phone)
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() + 700 })
    const began = Date.now()
    await decline(request.id, request.scanToken, phone.session, PHONE, NOON)
    expect(Date.now() - began).toBeGreaterThan(500)
    expect(await refused(consumeBy(request))).toMatch(/^wrong_state/)
  })

  test('a lease whose time is over still keeps others out, until the database was asked', async () => {
    const request = await openAndConfirm(phone)
    await diedBeforeSayingSo(request)
    // By the clock of the server that reads it, it still runs.
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() + 300 })
    const outcome = refused(decline(request.id, request.scanToken, phone.session, PHONE, NOON))
    expect(await outcome).toMatch(/^already_used/)
    expect((await rowOf(request.id)).state).toBe('consumed')
  })

  test('ending the session that approved ends the request at once, whatever a lease says', async () => {
    const request = await openAndConfirm(phone)
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() + 60_000 })
    await signOut(phone.session, NOON, null)
    expect(await rowOf(request.id)).toMatchObject({ state: 'rejected', reason: 'session_ended' })
    expect(await auditOf(request.id)).toContain('login_rejected session_ended')
  })

  test('so does signing everything else out, by the session that stays', async () => {
    const request = await openAndConfirm(phone)
    await redis().hset(keyOf(request.id), { leaseEndsAt: Date.now() + 60_000 })
    await revokeOthers(phone.session, NOON, null)
    expect(await refused(consumeBy(request))).toMatch(/^wrong_state/)
    expect(await sessionsFrom(request.id)).toEqual([])
  })

  test('a session ends while Redis is away, and what it approved comes to nothing', async () => {
    const request = await openAndConfirm(phone)
    const away = vi.spyOn(redis(), 'pipeline').mockImplementation(() => {
      throw new Error('Connection is closed.')
    })
    // A session that stays could still let it in. (SQLite takes any outage inside of a transaction for its own.)
    if (!isInOrder()) expect(await refused(revokeOthers(phone.session, NOON, null))).toBe('unavailable')
    await signOut(phone.session, NOON, null)
    away.mockRestore()
    expect((await rowOf(request.id)).state).toBe('confirmed')
    expect(await refused(consumeBy(request))).toMatch(/^wrong_state/)
    expect(await rowOf(request.id)).toMatchObject({ state: 'rejected', reason: 'session_ended' })
  })

  test('the database is away in the middle: nothing is lost, and the next try succeeds', async () => {
    const request = await openAndConfirm(phone)
    const away = vi.spyOn(db(), 'move').mockRejectedValueOnce(new Error('gone'))
    await expect(consumeBy(request)).rejects.toThrow('gone')
    away.mockRestore()
    await consumeBy(request)
    expect(await sessionsFrom(request.id)).toHaveLength(1)
  })

  test('a history is written by what ends the request, and not twice', async () => {
    const request = await openAndConfirm(phone)
    expect(await writtenOf(request.id)).toEqual([])
    await decline(request.id, request.scanToken, phone.session, PHONE, NOON)
    const whole = ['login_opened', 'login_scanned', 'login_confirmed', 'login_rejected']
    expect(await writtenOf(request.id)).toEqual(whole)
    await requests().sweep(later(3_600))
    expect(await writtenOf(request.id)).toEqual(whole)
  })

  test('the sweep writes the history of what ran out, and of what a server left behind', async () => {
    const ranOut = await openAndScan(phone)
    const left = await openAndScan(phone)
    const away = vi.spyOn(db(), 'move').mockRejectedValueOnce(new Error('gone'))
    await decline(left.id, left.scanToken, phone.session, PHONE, NOON)
    away.mockRestore()
    expect((await rowOf(left.id)).state).toBe('rejected')
    expect(await auditOf(left.id)).toEqual(['login_opened', 'login_scanned', 'login_rejected declined'])
    await redis().del(`qrlogin:writer:${left.id}`)
    await requests().sweep(later(3_600))
    expect(await writtenOf(ranOut.id)).toEqual(['login_opened', 'login_scanned'])
    expect(await writtenOf(left.id)).toEqual(['login_opened', 'login_scanned', 'login_rejected'])
  })

  test('a Redis that comes back empty: open requests ran out, sessions live, and a session is given again', async () => {
    const { id, secret } = await open()
    const approved = await openAndConfirm(phone)
    const done = await openAndConfirm(phone)
    const scanned = await openAndScan(phone)
    const made = await consumeBy(done)
    await server.stop()
    await expect(consumeBy(approved)).rejects.toMatchObject({ code: 'unavailable' })
    await server.start()
    await vi.waitFor(() => prepareRedis(), 10_000)
    expect(statusAt(await readAsDesktop(id, secret), NOON)).toBe('expired')
    expect(await refused(consumeBy(approved))).toBe('expired expired')
    expect(await refused(approveBy(phone)(scanned, {}))).toBe('expired expired')
    expect(await refused(decline(scanned.id, scanned.scanToken, phone.session, PHONE, NOON))).toBe(
      'expired expired',
    )
    expect(await refused(scan({ id: scanned.id }, phone.session, undefined, PHONE, NOON))).toBe(
      'expired expired',
    )
    expect(await sessionsFrom(approved.id)).toEqual([])
    expect((await consumeBy(done)).token).toBe(made.token)
  }, 30_000)
})

describe.skipIf(isLacking(hasRedis()))('a Redis (needs Redis)', () => {
  test('that may throw requests away is refused', async () => {
    const server = await RedisServer.start('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru')
    closeRedis()
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
    await expect(prepareRedis()).rejects.toThrow(/maxmemory-policy to noeviction/)
    closeRedis()
    await server.stop()
  }, 30_000)

  test('that became a replica is asked for by a new connection', async () => {
    const server = await RedisServer.start()
    closeRedis()
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
    await prepareRedis()
    let anew = 0
    redis().on('reconnecting', () => anew++)
    const write = () => answeredByRedis((client) => client.set('x', '1'))
    await server.run((client) => client.replicaof('127.0.0.1', '1'))
    await expect(write()).rejects.toMatchObject({ code: 'unavailable' })
    await vi.waitFor(() => expect(anew).toBe(1))
    await server.run((client) => client.replicaof('NO', 'ONE'))
    await vi.waitFor(async () => expect(await write()).toBe('OK'))
    closeRedis()
    await server.stop()
  }, 30_000)
})

describe('a row that an older version wrote', () => {
  test('has what is new of it, as if it were opened now', () => {
    const row = decode({ id: 'x', state: 'new', expiresAt: '1', unknown: 'to us' })
    expect(row).toMatchObject({ id: 'x', revision: 1, proofs: '', codeTries: 0, scanUserId: null })
    expect(row).not.toHaveProperty('unknown')
  })
})
