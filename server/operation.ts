/**
 * What the operator's machines ask: whether this server lives, whether it can serve, and its figures. A machine asks one
 * server among several, and so not by the name in APP_URL.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import ipaddr from 'ipaddr.js'
import { db } from '../lib/db'
import { settings } from '../lib/env'
import { bus } from '../lib/bus'
import { log } from '../lib/log'
import { metrics } from '../lib/metrics'
import { isMigrated } from '../lib/migrate'
import { answeredByRedis } from '../lib/redis'
import { sql } from '../lib/sql'
import { equal, hash } from '../lib/tokens'
import type { Headers } from './headers'

const ANSWER_WITHIN_MS = 2_000

type Check = () => Promise<unknown>
type Work = (request: IncomingMessage, response: ServerResponse, headers: Headers) => Promise<void> | void

let isStopping = false

/** From now on this server tells whoever asks that it is not ready. */
export const stopBeingReady = (): void => void (isStopping = true)

const CHECKS: Record<string, Check> = {
  database: async () => {
    const isPostgres = settings().database.engine === 'postgresql'
    const asked = isPostgres
      ? sql`SELECT current_setting('transaction_read_only') AS "readOnly"`
      : sql`SELECT 'off' AS "readOnly"`
    const [answer] = await db().query((client) => client.$queryRaw<[{ readOnly: string }]>(asked))
    if (answer.readOnly !== 'off') throw new Error('it can only be read')
  },
  bus: async () => {
    if (!bus().isUp) throw new Error('it has no connection')
  },
  redis: async () => {
    // One that is a replica by now, or full, still answers a ping.
    if (settings().redisUrl !== undefined)
      await answeredByRedis((client) => client.set('qrlogin:ready', '1', 'PX', ANSWER_WITHIN_MS))
  },
  migrations: async () => {
    if (!(await isMigrated(settings()))) throw new Error('some are missing')
  },
}

const PATHS: Record<string, Work> = {
  '/api/health/live': (_, response, headers) => answer(response, headers, 200, { status: 'ok' }),
  '/api/health/ready': async (_, response, headers) => {
    const found = await (checking ??= runAll().finally(() => (checking = undefined)))
    const checks = { server: isStopping ? 'it is stopping' : 'ok', ...found }
    const isReady = Object.values(checks).every((outcome) => outcome === 'ok')
    answer(response, headers, isReady ? 200 : 503, { status: isReady ? 'ok' : 'unready', checks })
  },
  '/api/metrics': async (request, response, headers) => {
    if (!mayMeasure(request)) return answer(response, headers, 404, { status: 'not found' })
    const { registry } = metrics()
    const text = await registry.metrics()
    response.writeHead(200, { ...headers, 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
    response.end(text)
  },
}

/** True for one of those questions. */
export const isForOperator = (method: string, path: string): boolean =>
  (method === 'GET' || method === 'HEAD') && path in PATHS

/**
 * True for a `Host` that no stranger can point here: an address, or a name without a dot, as in a network of containers.
 * A page of theirs could read the answers else.
 */
export function isOwnName(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return !hostname.includes('.') || ipaddr.isValid(hostname)
}

/** Answers one of those questions. */
export async function answerOperator(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  headers: Headers,
): Promise<void> {
  try {
    await PATHS[path]?.(request, response, headers)
  } catch (err) {
    log().error({ err }, 'an operator’s question failed')
    response.destroy()
  }
}

/** Whoever asks meanwhile shares it: asking often must not cost the database much. */
let checking: Promise<Record<string, string>> | undefined

async function runAll(): Promise<Record<string, string>> {
  const outcomes = await Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
  )
  return Object.fromEntries(outcomes)
}

/** The words of our own checks; what a database says of itself may name its host, and stays in the log. */
async function outcomeOf(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, 'it does not answer')
  })
  const done = check().then(
    () => 'ok',
    (error: Error) => ('code' in error ? 'it cannot be used' : error.message),
  )
  const outcome = await Promise.race([done, late])
  clearTimeout(timer)
  return outcome
}

function mayMeasure({ headers }: IncomingMessage): boolean {
  const { metricsToken } = settings()
  const [, given] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? []
  return metricsToken !== undefined && given !== undefined && equal(hash(given), hash(metricsToken))
}

function answer(response: ServerResponse, headers: Headers, status: number, body: object): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}
