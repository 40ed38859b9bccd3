/**
 * What stands before Next: it checks the host, finds out who calls, caps bodies, and sets the headers. It decides
 * nothing about sign-ins.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Settings } from '../lib/env'
import { ERRORS, type ErrorCode } from '../lib/errors'
import { MAX_BODY_BYTES } from '../lib/http/body'
import { isSelfTest, sealedHeaders, type Arrival } from '../lib/http/caller'
import { metrics } from '../lib/metrics'
import { routeOf } from './routes'
import { log, loggedPath } from '../lib/log'
import { addressReader } from './address'
import { answerBy, fastLane } from './fast-lane'
import { openWithPage } from './first-request'
import { answerOperator } from './operation'
import { areaOf, pagePolicy, securityHeaders, type Area } from './headers'

type Headers = Record<string, string>
type Next = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Makes the listener of the HTTP server. `next` gets what passes. */
export function frontDoor(settings: Settings, next: Next, dev: boolean) {
  const origins = acceptedOrigins(settings)
  const readAddress = addressReader(settings.trustedProxies, warnOnce())
  const hasLane = settings.fastLane && !dev
  // Short, and good for the log alone: it may tell how many requests came before.
  const processMark = randomBytes(4).toString('hex')
  let served = 0
  const headersOf = securityHeaders(settings.appUrl.startsWith('https:'))

  async function toNext(request: IncomingMessage, response: ServerResponse, area: Area, arrival: Arrival) {
    for (const [name, value] of Object.entries(headersOf[area])) response.setHeader(name, value)
    Object.assign(request.headers, sealedHeaders(arrival))
    delete request.headers['content-security-policy-report-only']
    if (area === 'page') {
      const policy = pagePolicy(dev)
      request.headers['content-security-policy'] = policy
      response.setHeader('Content-Security-Policy', policy)
      if (!dev) await openWithPage(request, response, arrival)
    }
    await next(request, response)
  }

  return (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    const requestId = `${processMark}-${(++served).toString(16).padStart(8, '0')}`
    const path = pathOf(request.url ?? '/')
    const area = areaOf(path)
    const headers = headersOf[area]
    logWhenDone(request, response, requestId, path)
    if (answerOperator(request, response, path)) return

    const origin = origins.get(request.headers.host?.toLowerCase() ?? '')
    if (!origin) return refuse(response, headers, 'misdirected', requestId)
    // Absolute request targets (RFC 9112 §3.2.2) are for proxies; here they would only confuse what is checked below.
    if (!request.url?.startsWith('/')) return refuse(response, headers, 'invalid_input', requestId)
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES)
      return refuse(response, headers, 'invalid_input', requestId, 413)
    if (area === 'page' && request.method !== 'GET' && request.method !== 'HEAD')
      return showPage(request, response, headers)

    // Queued behind another answer on its connection, it would not hear that its reader left. Nobody does that by mistake.
    if (response.socket === null && isHeld(request.url)) return void request.socket.destroy()

    const { address, bucket } = readAddress(request)
    const arrival = { address, bucket, origin, requestId }
    const lane = hasLane ? fastLane(request.method ?? '', path) : null
    if (lane) return answerBy(lane, request, response, arrival, headers)
    return toNext(request, response, area, arrival)
  }
}

/** True for what is answered when there is news. */
const isHeld = (url: string): boolean => /^\/api\/login\/[^?]*(\/events|\?.*wait=)/.test(url)

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Host header → origin. While APP_URL is our own guess, the desktop beside may use localhost. */
function acceptedOrigins(settings: Settings): Map<string, string> {
  const origins = [settings.appUrl]
  if (!settings.appUrlIsSet)
    for (const host of ['localhost', '127.0.0.1', '[::1]']) origins.push(`http://${host}:${settings.port}`)
  return new Map(origins.map((origin) => [new URL(origin).host, new URL(origin).origin]))
}

function warnOnce() {
  const warned = new Set<string>()
  return (peer: string, request: IncomingMessage) => {
    if (warned.has(peer) || warned.size > 100 || isSelfTest(new globalThis.Headers(request.headers as never)))
      return
    warned.add(peer)
    log().warn(
      { peer },
      'a peer outside TRUSTED_PROXIES sends forwarding headers: its addresses stay undetermined',
    )
  }
}

function refuse(
  response: ServerResponse,
  headers: Headers,
  code: ErrorCode,
  requestId: string,
  status?: number,
): void {
  const { title, status: usual } = ERRORS[code]
  const body = { type: `urn:qr-login:problem:${code}`, title, status: status ?? usual, code, requestId }
  response.writeHead(body.status, {
    ...headers,
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'private, no-store',
    Connection: 'close',
  })
  response.end(JSON.stringify(body))
}

/** A form that was sent before its script was ready: show the page again, and forget what was posted. */
function showPage(request: IncomingMessage, response: ServerResponse, headers: Headers): void {
  const Location = request.url?.replace(/^[/\\]+/, '/') ?? '/'
  response.writeHead(303, { ...headers, Location, Connection: 'close' })
  response.end()
}

function logWhenDone(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  path: string,
): void {
  const started = performance.now()
  response.once('close', () => {
    measure(request, response, path, performance.now() - started)
    const level = response.statusCode >= 500 ? 'warn' : request.method === 'GET' ? 'debug' : 'info'
    if (!log().isLevelEnabled(level)) return
    const { method, url = '/' } = request
    const ms = Math.round(performance.now() - started)
    log()[level]({ requestId, method, path: loggedPath(url), status: response.statusCode, ms })
  })
}

/** By route, not by address: an id for each label would fill the memory. What is held tells nothing of speed. */
function measure(request: IncomingMessage, { statusCode }: ServerResponse, path: string, ms: number): void {
  if (isHeld(request.url ?? '')) return
  const labels = { route: routeOf(path), method: request.method ?? '', status: String(statusCode) }
  metrics().requests.observe(labels, ms / 1000)
}
