/** What every limiter does, wherever it counts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { closeRedis, prepareRedis, redis } from '../redis'
import { isLacking } from '../testing/lacking'
import { hasRedis, RedisServer } from '../testing/redis'
import { forget, giveBackAll, LIMITS, take, takeAll, tryTake } from './limits'

const NAME = 'user_code_account'
const { points, seconds } = LIMITS[NAME]
const restart = () => void Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))

let keys = 0
const newKey = () => `key ${keys++}`
const exhaust = async (key: string) => {
  for (let taken = 0; taken < points; taken++) await take(NAME, key)
}

function contract() {
  test('allows what it says, and then refuses, saying for how long', async () => {
    const key = newKey()
    await exhaust(key)
    const error = await take(NAME, key).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'rate_limited' })
    const { retryAfter } = (error as { extras: { retryAfter: number } }).extras
    expect(retryAfter).toBeGreaterThan(seconds - 60)
    expect(retryAfter).toBeLessThanOrEqual(seconds)
    expect(await tryTake(NAME, key)).toBe(false)
    expect(await tryTake(NAME, newKey())).toBe(true)
  })

  test('of a hundred at once, allows as many as it says', async () => {
    const key = newKey()
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => tryTake(NAME, key)))
    expect(outcomes.filter(Boolean)).toHaveLength(points)
  })

  test('gives points back, and what a later limit refuses costs the earlier ones nothing', async () => {
    const [key, full] = [newKey(), newKey()]
    await exhaust(key)
    await giveBackAll([[NAME, key]])
    await take(NAME, key)
    await exhaust(full)
    const other = newKey()
    for (let round = 0; round < points + 1; round++)
      await expect(
        takeAll([
          [NAME, other],
          [NAME, full],
        ]),
      ).rejects.toMatchObject({ code: 'rate_limited' })
    await exhaust(other)
  })
}

const SLOWING = 'sign_in_account'

/** @param pass lets the wait of a key pass by, which is so many seconds long */
function slowing(pass: (key: string, seconds: number) => Promise<unknown>) {
  const waitFor = async (key: string) => {
    const error = await take(SLOWING, key).catch((thrown: unknown) => thrown)
    return (error as { extras: { retryAfter: number } }).extras.retryAfter
  }

  test('of guesses, allows one more after a wait that doubles up to an hour', async () => {
    const key = newKey()
    for (let taken = 0; taken < LIMITS[SLOWING].points; taken++) await take(SLOWING, key)
    const waits = []
    for (let round = 0; round < 9; round++) {
      const wait = await waitFor(key)
      waits.push(wait)
      await pass(key, wait)
      await take(SLOWING, key)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
  })

  test('of a hundred guesses at once, allows as many, and then one of a hundred after each wait', async () => {
    const key = newKey()
    const crowd = async () =>
      (await Promise.all(Array.from({ length: 100 }, () => tryTake(SLOWING, key)))).filter(Boolean).length
    expect(await crowd()).toBe(LIMITS[SLOWING].points)
    expect(await crowd()).toBe(0)
    await pass(key, await waitFor(key))
    expect(await crowd()).toBe(1)
  })

  test('gives a guess back that was right, with the wait that it began, and forgets all where it is told to', async () => {
    const key = newKey()
    for (let taken = 0; taken < LIMITS[SLOWING].points; taken++) await take(SLOWING, key)
    await giveBackAll([[SLOWING, key]])
    await take(SLOWING, key)
    expect(await tryTake(SLOWING, key)).toBe(false)
    await forget(SLOWING, key)
    for (let taken = 0; taken < LIMITS[SLOWING].points; taken++) await take(SLOWING, key)
    expect(await waitFor(key)).toBe(30)
  })
}

describe('in memory', () => {
  beforeEach(() => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(undefined)
    restart()
    vi.useFakeTimers()
  })
  afterEach(() => void vi.useRealTimers())
  contract()
  slowing(async (_, seconds) => vi.advanceTimersByTime(seconds * 1000))
})

describe.skipIf(isLacking(hasRedis()))('in Redis (needs Redis)', () => {
  let server: RedisServer

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
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
    restart()
    await prepareRedis()
  })
  contract()
  // The wait is a key that Redis removes at its end.
  slowing((key) => redis().del(`qrlogin:limit:${SLOWING}_wait:${key}`))

  test('keeps no wait for longer than it lasts', async () => {
    const key = newKey()
    for (let taken = 0; taken < LIMITS[SLOWING].points; taken++) await take(SLOWING, key)
    expect(await redis().ttl(`qrlogin:limit:${SLOWING}_wait:${key}`)).toBeLessThanOrEqual(30)
    expect(await redis().ttl(`qrlogin:limit:${SLOWING}:${key}`)).toBeGreaterThan(0)
  })

  test('counts for all servers that share it', async () => {
    const key = newKey()
    await exhaust(key)
    // Another server has limiters of its own.
    restart()
    expect(await tryTake(NAME, key)).toBe(false)
  })

  test('is never open: while Redis is away, each server counts for itself', async () => {
    const key = newKey()
    await take(NAME, key)
    await server.stop()
    await exhaust(key)
    expect(await tryTake(NAME, key)).toBe(false)
    await server.start()
    await vi.waitFor(() => prepareRedis(), 10_000)
    expect(await tryTake(NAME, key)).toBe(true)
  }, 30_000)
})
