/** Every rate limit, in one table: counted in this process, or in Redis for all that share it. */
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { settings } from '../env'
import { AppError, isAppError, type ErrorCode } from '../errors'
import { metrics } from '../metrics'
import { redis } from '../redis'

interface Limit {
  points: number
  seconds: number
  /** For guesses: past its points it allows one more after a wait, which doubles each time. */
  slows?: true
  /** What its refusal is called, where that is not `rate_limited`. */
  code?: ErrorCode
}

const HOUR = 3_600

export const LIMITS = {
  /** Keyed by address. */
  open: { points: 60, seconds: 60 },
  read: { points: 6_000, seconds: 60 },
  ticket: { points: 60, seconds: 60 },
  sign_up: { points: 20, seconds: HOUR },
  auth: { points: 600, seconds: 60 },
  write: { points: 240, seconds: 60 },
  forgotten_address: { points: 20, seconds: HOUR },
  sign_in_address: { points: 50, seconds: 900 },
  user_code_address: { points: 20, seconds: 900 },
  /** Keyed by account. */
  scan: { points: 60, seconds: 60 },
  password_account: { points: 50, seconds: 900 },
  approve: { points: 30, seconds: 900 },
  signed_in: { points: 30, seconds: 900, code: 'too_many_sign_ins' },
  confirm_email: { points: 5, seconds: HOUR },
  new_password: { points: 10, seconds: HOUR },
  export: { points: 10, seconds: HOUR },
  user_code_account: { points: 5, seconds: 900 },
  /** Keyed by e-mail address, whether it has an account or not. */
  sign_in_account: { points: 10, seconds: 6 * HOUR, slows: true },
  /** Keyed by account and device, so that whoever guesses elsewhere can't lock the owner out. */
  sign_in_device: { points: 10, seconds: 6 * HOUR, slows: true },
  password_device: { points: 10, seconds: 6 * HOUR, slows: true },
  /** Keyed by session. */
  wrong_device_report: { points: 1, seconds: 60 },
} as const satisfies Record<string, Limit>

/** The waits of limits that slow down. */
const FIRST_WAIT_SECONDS = 30
const LONGEST_WAIT_SECONDS = HOUR

export type LimitName = keyof typeof LIMITS

const LIMITERS = Symbol.for('qr-login.limiters')
const shared = globalThis as { [LIMITERS]?: Map<string, RateLimiterAbstract> }

function limiter(name: string, points: number, seconds: number): RateLimiterAbstract {
  const all = (shared[LIMITERS] ??= new Map())
  const known = all.get(name)
  if (known) return known
  const made = makeLimiter(name, points, seconds)
  all.set(name, made)
  return made
}

/** Where Redis is away, each process counts for itself: no limit is ever open. */
function makeLimiter(name: string, points: number, seconds: number): RateLimiterAbstract {
  const options = { points, duration: seconds }
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

const scaled = (points: number): number => Math.ceil(points * settings().rateLimitScale)

/** What counts the points of a limit. */
const counterOf = (name: LimitName): RateLimiterAbstract =>
  limiter(name, scaled(LIMITS[name].points), LIMITS[name].seconds)

/** What keeps the wait of a limit that slows down. */
const waitOf = (name: LimitName): RateLimiterAbstract => limiter(`${name}_wait`, 1, LONGEST_WAIT_SECONDS)

/**
 * Takes one point.
 * @throws AppError `rate_limited`, or the limit's own code, with the wait in seconds
 */
export async function take(name: LimitName, key: string): Promise<void> {
  const limit: Limit = LIMITS[name]
  try {
    await (limit.slows ? takeSlowing(name, key) : counterOf(name).consume(key))
  } catch (error) {
    const { msBeforeNext } = error as RateLimiterRes
    if (typeof msBeforeNext !== 'number') throw error
    metrics().refusals.inc({ limit: name })
    throw new AppError(limit.code ?? 'rate_limited', {
      retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    })
  }
}

/** From the last of its points on, each one that is taken begins a wait: of several that come after it, one gets the next. */
async function takeSlowing(name: LimitName, key: string): Promise<void> {
  const { consumedPoints } = await counterOf(name).penalty(key)
  const beyond = consumedPoints - scaled(LIMITS[name].points)
  if (beyond < 0) return
  const customDuration = Math.min(FIRST_WAIT_SECONDS * 2 ** beyond, LONGEST_WAIT_SECONDS)
  try {
    await waitOf(name).consume(key, 1, { customDuration })
  } catch (error) {
    await counterOf(name).reward(key)
    throw error
  }
}

/** Gives a point back: what was counted beforehand turned out to be right. */
async function giveBack(name: LimitName, key: string): Promise<void> {
  const limit: Limit = LIMITS[name]
  const { consumedPoints } = await counterOf(name).reward(key)
  if (limit.slows && consumedPoints >= scaled(limit.points) - 1) await waitOf(name).delete(key)
}

/** Forgets what was counted: it has no meaning any more. */
export async function forget(name: LimitName, key: string): Promise<void> {
  await counterOf(name).delete(key)
  await waitOf(name).delete(key)
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
