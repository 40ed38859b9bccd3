/** The connection to Redis, where `REDIS_URL` names one. What it can't answer is `unavailable`, at once. */
import { Redis, type RedisOptions } from 'ioredis'
import { isConnectionCode } from './connection-code'
import { settings, SettingsError } from './env'
import { AppError, isAppError } from './errors'
import { log } from './log'

const ANSWER_WITHIN_MS = 2_000
const READY_WITHIN_MS = 10_000
const RECONNECT_MS = { least: 50, most: 2_000 }

const OPTIONS: RedisOptions = {
  commandTimeout: ANSWER_WITHIN_MS,
  // A line that died without a sign: while something waits for an answer, and none comes, there is a new one.
  socketTimeout: ANSWER_WITHIN_MS * 1.5,
  connectTimeout: ANSWER_WITHIN_MS,
  // Nothing waits for a server that is away, and nothing that may have been done is done again.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // A master that became a replica answers on; by its name, or its proxy, there is another one by now.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  retryStrategy: (times) =>
    Math.min(RECONNECT_MS.most, RECONNECT_MS.least * 2 ** times) * (0.5 + Math.random() / 2),
}

const REDIS = Symbol.for('qr-login.redis')
const shared = globalThis as { [REDIS]?: Redis }

/** The process's connection for commands (on globalThis: routes and the front door are bundled apart). */
export const redis = (): Redis => (shared[REDIS] ??= connect(requireUrl()))

function requireUrl(): string {
  const { redisUrl } = settings()
  if (redisUrl === undefined) throw new Error('There is no Redis: REDIS_URL is not set.')
  return redisUrl
}

/** One more connection, as a subscriber needs for itself: it waits for Redis, and subscribes again by itself. */
export const connectSubscriber = (url: string): Redis =>
  connect(url, { enableOfflineQueue: true, maxRetriesPerRequest: null })

function connect(url: string, options: RedisOptions = {}): Redis {
  const client = new Redis(url, { ...OPTIONS, ...options })
  // Each try to reconnect fails with one; the first says enough.
  let told = false
  client.on('error', (error: Error) => {
    if (!told) log().warn({ cause: error.message }, 'Redis is away')
    told = true
  })
  client.on('ready', () => (told = false))
  return client
}

/**
 * Runs commands.
 * @throws AppError `unavailable` where Redis can't answer; our own refusals and bugs stay what they are
 */
export async function answeredByRedis<T>(run: (client: Redis) => Promise<T>): Promise<T> {
  try {
    return await run(redis())
  } catch (error) {
    // It would be logged: hashes and addresses are among its arguments.
    if (error instanceof Error) Reflect.deleteProperty(error, 'command')
    throw isRedisFault(error) ? new AppError('unavailable', { retryAfter: 2, cause: error }) : error
  }
}

/** What Redis answers where it serves nobody for now, or this client no more. Its other answers are about our commands. */
const REFUSALS =
  /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOPERM|NOREPLICAS|OOM|READONLY|TRYAGAIN|WRONGPASS) |^ERR max number of clients/
/** What ioredis says where the connection is away, or an answer is late. */
const NO_CONNECTION =
  /^(Connection is closed|Command (timed out|aborted)|Stream isn't writeable|Socket timeout|Reached the max retries)/

/** What ioredis adds where commands of a transaction were refused. */
interface RedisError extends NodeJS.ErrnoException {
  previousErrors?: unknown[]
}

/** True where Redis failed, rather than the command. An error that is not listed is a bug. */
export function isRedisFault(error: unknown): boolean {
  if (!(error instanceof Error) || isAppError(error)) return false
  const { code, message, previousErrors = [] } = error as RedisError
  if (isConnectionCode(code) || REFUSALS.test(message) || NO_CONNECTION.test(message)) return true
  return previousErrors.some(isRedisFault)
}

/**
 * Waits for Redis, and looks whether it keeps what it is given.
 * @throws SettingsError where it can't be reached, or may throw away requests that are open
 */
export async function prepareRedis(): Promise<void> {
  const client = redis()
  if (client.status !== 'ready')
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(new SettingsError('REDIS_URL names a Redis that does not answer: start it'))
      const timer = setTimeout(late, READY_WITHIN_MS)
      client.once('ready', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  // CONFIG is often forbidden where somebody else runs it.
  const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1]
  if (policy !== undefined && policy !== 'noeviction')
    throw new SettingsError(
      `Redis throws keys away when its memory is full (maxmemory-policy ${policy}): open sign-ins would vanish. Set maxmemory-policy to noeviction`,
    )
}

/** Ends the connection. */
export function closeRedis(): void {
  shared[REDIS]?.disconnect()
  shared[REDIS] = undefined
}
