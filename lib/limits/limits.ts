/** Every rate limit, in one table: counted in this process, or in Redis for all that share it. */
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { settings } from '../env'
import { AppError, isAppError } from '../errors'
import { metrics } from '../metrics'
import { redis } from '../redis'

export const LIMITS = {
  /** Keyed by address. */
  open: { points: 60, seconds: 60 },
  read: { points: 6_000, seconds: 60 },
  ticket: { points: 60, seconds: 60 },
  sign_up: { points: 20, seconds: 3_600 },
  auth: { points: 600, seconds: 60 },
  write: { points: 240, seconds: 60 },
  forgotten_address: { points: 20, seconds: 3_600 },
  sign_in_address: { points: 50, seconds: 900 },
  user_code_address: { points: 20, seconds: 900 },
  /** Keyed by account. */
  scan: { points: 60, seconds: 60 },
  password_account: { points: 50, seconds: 900 },
  approve: { points: 30, seconds: 900 },
  confirm_email: { points: 5, seconds: 3_600 },
  export: { points: 10, seconds: 3_600 },
  user_code_account: { points: 5, seconds: 900 },
  sign_in_account: { points: 10, seconds: 900 },
  /** Keyed by account and device, so that whoever guesses elsewhere can't lock the owner out. */
  sign_in_device: { points: 10, seconds: 900 },
  password_device: { points: 10, seconds: 900 },
  /** Keyed by session. */
  wrong_device_report: { points: 1, seconds: 60 },
} as const satisfies Record<string, { points: number; seconds: number }>

export type LimitName = keyof typeof LIMITS

const LIMITERS = Symbol.for('qr-login.limiters')
const shared = globalThis as { [LIMITERS]?: Map<LimitName, RateLimiterAbstract> }

function limiter(name: LimitName): RateLimiterAbstract {
  const all = (shared[LIMITERS] ??= new Map())
  const known = all.get(name)
  if (known) return known
  const made = makeLimiter(name)
  all.set(name, made)
  return made
}

/** Where Redis is away, each process counts for itself: no limit is ever open. */
function makeLimiter(name: LimitName): RateLimiterAbstract {
  const { points, seconds } = LIMITS[name]
  const options = { points: Math.ceil(points * settings().rateLimitScale), duration: seconds }
  const inMemory = new RateLimiterMemory({ ...options, keyPrefix: name })
  if (settings().redisUrl === undefined) return inMemory
  return new RateLimiterRedis({
    ...options,
    keyPrefix: `qrlogin:limit:${name}`,
    storeClient: redis(),
    rejectIfRedisNotReady: true,
    insuranceLimiter: inMemory,
  })
}

/**
 * Takes one point.
 * @throws AppError `rate_limited` with the wait in seconds
 */
export const take = (name: LimitName, key: string): Promise<void> =>
  limiter(name)
    .consume(key)
    .then(noop, (error) => refuse(error, name))

const noop = () => {}

function refuse(error: unknown, limit: LimitName): never {
  const { msBeforeNext } = error as RateLimiterRes
  if (typeof msBeforeNext !== 'number') throw error
  metrics().refusals.inc({ limit })
  throw new AppError('rate_limited', { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)) })
}

/** Gives a point back: what was counted beforehand turned out to be right. */
async function giveBack(name: LimitName, key: string): Promise<void> {
  await limiter(name).reward(key)
}

export type Taking = [LimitName, string]

/**
 * Takes a point of each; what a later one refuses is given back to the earlier ones.
 * @throws AppError `rate_limited`
 */
export async function takeAll(takings: Taking[]): Promise<void> {
  for (const [index, taking] of takings.entries())
    try {
      await take(...taking)
    } catch (error) {
      await giveBackAll(takings.slice(0, index))
      throw error
    }
}

/** Gives a point of each back. */
export async function giveBackAll(takings: Taking[]): Promise<void> {
  await Promise.all(takings.map((taking) => giveBack(...taking)))
}

/** Takes a point where there is one; false where there is none. */
export async function tryTake(name: LimitName, key: string): Promise<boolean> {
  try {
    await take(name, key)
    return true
  } catch (error) {
    if (isAppError(error, 'rate_limited')) return false
    throw error
  }
}
