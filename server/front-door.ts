/**
 * What stands before Next: it reads the target, checks the host, finds out who calls, caps bodies, and sets the headers.
 * It decides nothing about sign-ins.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Settings } from '../lib/env'
import { AppError } from '../lib/errors'
import { MAX_BODY_BYTES } from '../lib/http/body'
import { isSelfTest, sealedHeaders, type Arrival } from '../lib/http/caller'
import { MAX_TARGET_LENGTH, readTarget, type Target } from '../lib/http/target'
import { log, loggedPath } from '../lib/log'
import { metrics } from '../lib/metrics'
import { addressReader } from './address'
import { answerBy, fastLane } from './fast-lane'
import { openWithPage } from './first-request'
import { areaOf, pagePolicy, securityHeaders, type Headers } from './headers'
import { answerOperator, isForOperator, isOwnName } from './operation'
import { isRefused, refuse } from './refusal'
import { isRoute, routeOf } from './routes'

type Next = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const READING = new Set(['GET', 'HEAD'])
/** Next echoes other ones, or fails. */
const METHODS = new Set([...READING, 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** What the log says of a caller that left before the answer, as nginx does. */
const LEFT = 499

/** Makes the listener of the HTTP server. `next` gets what passes. */
export function frontDoor(settings: Settings, next: Next, dev: boolean) {
  const origins = acceptedOrigins(settings)
  const readAddress = addressReader(settings.trustedProxies, warnOnce())
  const hasLane = settings.fastLane && !dev
  // Short, and good for the log alone: it may tell how many requests came before.
  const processMark = randomBytes(4).toString('hex')
  let served = 0
  const headersOf = securityHeaders(settings.appUrl)

  async function toNext(request: IncomingMessage, response: ServerResponse, path: string, arrival: Arrival) {
    for (const [name, value] of Object.entries(headersOf(path))) response.setHeader(name, value)
    Object.assign(request.headers, sealedHeaders(arrival))
    delete request.headers['content-security-policy-report-only']
    // There are no Server Actions, and nothing shall look for one.
    delete request.headers['next-action']
    if (areaOf(path) === 'page') {
      const policy = pagePolicy(dev)
      request.headers['content-security-policy'] = policy
      response.setHeader('Content-Security-Policy', policy)
      if (!dev && path === '/login') await openWithPage(request, response, arrival)
    }
    await next(request, response)
  }

  return (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    // Behind a refusal nothing more is read of a connection (RFC 9112 §9.6).
    if (isRefused(request.socket)) return
    const requestId = `${processMark}-${(++served).toString(16).padStart(8, '0')}`
    const { url = '', method = '' } = request
    const target = readTarget(url)
    logWhenDone(request, response, requestId, target)
    const headers = headersOf(target?.path ?? null)
    const refused = (error: AppError, more: Headers = {}) =>
      refuse(response, { ...headers, ...more }, error, requestId)

    if (!target) return refused(new AppError('invalid_input', notNormal(url)))
    const fault = faultOf(request)
    if (fault) return refused(fault)
    const { path } = target
    const host = request.headers.host?.toLowerCase() ?? ''
    const origin = origins.get(host)
    if (isForOperator(method, path) && (origin || isOwnName(host)))
      return answerOperator(request, response, path, headers)
    if (!origin) return refused(new AppError('misdirected'))

    const area = areaOf(path)
    if (area === 'page' && method === 'POST') return showPage(url, response, headers)
    const allowed = area === 'api' ? METHODS : READING
    if (!allowed.has(method))
      return refused(new AppError('invalid_input', { httpStatus: 405 }), { Allow: [...allowed].join(', ') })
    if (!READING.has(method) && !isRoute(path)) return refused(new AppError('not_found'))
    // Queued behind another answer on its connection, it would not hear that its reader left. Nobody does that by mistake.
    if (response.socket === null && isHeld(target)) return void request.socket.destroy()

    const { address, bucket } = readAddress(request)
    const arrival = { address, bucket, origin, requestId }
    const lane = hasLane ? fastLane(method, path) : null
    if (lane) return answerBy(lane, request, response, arrival, headers)
    return toNext(request, response, path, arrival)
  }
}

const notNormal = (url: string) =>
  url.length > MAX_TARGET_LENGTH
    ? { httpStatus: 414, detail: `An address may have ${MAX_TARGET_LENGTH} characters.` }
    : { detail: 'The address is not in normal form (RFC 3986 §6.2.2).' }

/** What is wrong with the message itself, whatever it asks for. */
function faultOf({ rawHeaders, headers, httpVersion }: IncomingMessage): AppError | null {
  const fault = (detail: string, httpStatus = 400) => new AppError('invalid_input', { detail, httpStatus })
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return fault('This is not HTTP/1.1.')
  // Node reads the first one, and somebody in front may read the last (RFC 9112 §3.2).
  const hosts = rawHeaders.filter(
    (name, i) => i % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host',
  )
  if (hosts.length !== 1) return fault('A request has one Host.')
  const coding = headers['transfer-encoding']?.toLowerCase()
  // Node takes another coding before it for granted, and one in HTTP/1.0, where proxies may not (RFC 9112 §6.1).
  if (coding !== undefined && (coding !== 'chunked' || httpVersion === '1.0'))
    return fault('The only transfer coding is chunked.')
  if (headers.upgrade !== undefined) return fault('This server speaks HTTP/1.1 alone.')
  if ((headers.expect ?? '100-continue').toLowerCase() !== '100-continue')
    return fault('Nothing else can be expected.', 417)
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES)
    return fault(`A body may hold ${MAX_BODY_BYTES} bytes.`, 413)
  return null
}

/** True for what is answered when there is news. */
function isHeld({ path, query }: Target): boolean {
  if (!path.startsWith('/api/login/')) return false
  return path.endsWith('/events') || (query !== '' && new URLSearchParams(query).has('wait'))
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

/** A form that was sent before its script was ready: show the page again, and forget what was posted. */
function showPage(url: string, response: ServerResponse, headers: Headers): void {
  response.writeHead(303, { ...headers, Location: url, Connection: 'close' })
  response.end()
}

function logWhenDone(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  target: Target | null,
): void {
  const started = performance.now()
  response.once('close', () => {
    const { method = '' } = request
    const ms = performance.now() - started
    const status = response.headersSent ? response.statusCode : LEFT
    measure(target, method, status, ms)
    const level = status >= 500 ? 'warn' : method === 'GET' ? 'debug' : 'info'
    if (!log().isLevelEnabled(level)) return
    const path = target ? loggedPath(target.path) : '/[malformed]'
    log()[level]({ requestId, method, path, status, ms: Math.round(ms) })
  })
}

/** By route, not by address: an id for each label would fill the memory. What is held tells nothing of speed. */
function measure(target: Target | null, method: string, status: number, ms: number): void {
  if (target && isHeld(target)) return
  const route = target ? routeOf(target.path) : 'other'
  metrics().requests.observe({ route, method, status: String(status) }, ms / 1000)
}
