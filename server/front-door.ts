/**
 * What stands before Next: it checks the host, finds out who calls, caps bodies, and sets the headers. It decides
 * nothing about sign-ins.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Settings } from '../lib/env'
import { ERRORS, type ErrorCode } from '../lib/errors'
import { MAX_BODY_BYTES } from '../lib/http/body'
import { isSelfTest, sealedHeaders } from '../lib/http/caller'
import { log, loggedPath } from '../lib/log'
import { addressReader } from './address'
import { areaOf, pagePolicy, securityHeaders } from './headers'

type Next = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Makes the listener of the HTTP server. `next` gets what passes. */
export function frontDoor(settings: Settings, next: Next, dev: boolean) {
  const origins = acceptedOrigins(settings)
  const readAddress = addressReader(settings.trustedProxies, warnOnce())
  const secure = settings.appUrl.startsWith('https:')

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID()
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const area = areaOf(path)
    logWhenDone(request, response, requestId)
    for (const [name, value] of Object.entries(securityHeaders(area, secure))) response.setHeader(name, value)

    const origin = origins.get(request.headers.host?.toLowerCase() ?? '')
    if (!origin) return refuse(response, 'misdirected', requestId)
    // Absolute request targets (RFC 9112 §3.2.2) are for proxies; here they would only confuse what is checked below.
    if (!request.url?.startsWith('/')) return refuse(response, 'invalid_input', requestId)
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES)
      return refuse(response, 'invalid_input', requestId, 413)
    if (area === 'page' && request.method !== 'GET' && request.method !== 'HEAD')
      return showPage(request, response)

    Object.assign(request.headers, sealedHeaders({ ...readAddress(request), origin, requestId }))
    delete request.headers['content-security-policy-report-only']
    if (area === 'page') {
      const policy = pagePolicy(dev)
      request.headers['content-security-policy'] = policy
      response.setHeader('Content-Security-Policy', policy)
    }
    await next(request, response)
  }
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
    if (warned.has(peer) || warned.size > 100 || isSelfTest(new Headers(request.headers as never))) return
    warned.add(peer)
    log().warn(
      { peer },
      'a peer outside TRUSTED_PROXIES sends forwarding headers: its addresses stay undetermined',
    )
  }
}

function refuse(response: ServerResponse, code: ErrorCode, requestId: string, status?: number): void {
  const { title, status: usual } = ERRORS[code]
  const body = { type: `urn:qr-login:problem:${code}`, title, status: status ?? usual, code, requestId }
  response.writeHead(body.status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'private, no-store',
    Connection: 'close',
  })
  response.end(JSON.stringify(body))
}

/** A form that was sent before its script was ready: show the page again, and forget what was posted. */
function showPage(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(303, { Location: request.url?.replace(/^[/\\]+/, '/') ?? '/', Connection: 'close' })
  response.end()
}

function logWhenDone(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  const started = performance.now()
  const path = loggedPath(request.url ?? '/')
  response.once('close', () => {
    const level = response.statusCode >= 500 ? 'warn' : request.method === 'GET' ? 'debug' : 'info'
    const ms = Math.round(performance.now() - started)
    log()[level]({ requestId, method: request.method, path, status: response.statusCode, ms })
  })
}
