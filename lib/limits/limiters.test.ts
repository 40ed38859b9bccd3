/** What every limiter does, wherever it counts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { closeRedis, prepareRedis } from '../redis'
import { isLacking } from '../testing/lacking'
import { hasRedis, RedisServer } from '../testing/redis'
import { giveBackAll, LIMITS, take, takeAll, tryTake } from './limits'

const NAME = 'user_code_account'
const { points, seconds } = LIMITS[NAME]
const forget = () => void Reflect.deleteProperty(globalThis, Symbol.for('qr-login.limiters'))

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

describe('in memory', () => {
  beforeEach(() => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
    vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(undefined)
    forget()
  })
  contract()
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
    forget()
    await prepareRedis()
  })
  contract()

  test('counts for all servers that share it', async () => {
    const key = newKey()
    await exhaust(key)
    // Another server has limiters of its own.
    forget()
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
