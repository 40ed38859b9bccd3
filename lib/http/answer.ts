/** Answers: JSON or problem details (RFC 9457), never cached. */
import { AppError, ERRORS } from '../errors'
import { log } from '../log'
import type { Problem } from '../wire'

const NO_STORE = { 'Cache-Control': 'private, no-store' }

function withCookies(headers: HeadersInit, cookies: string[]): Headers {
  const all = new Headers(headers)
  for (const cookie of cookies) all.append('Set-Cookie', cookie)
  return all
}

/** A JSON answer. */
export const answer = (status: number, body: unknown, cookies: string[] = []): Response =>
  Response.json(body, { status, headers: withCookies(NO_STORE, cookies) })

/** An answer without a body. */
export const noContent = (cookies: string[] = []): Response =>
  new Response(null, { status: 204, headers: withCookies(NO_STORE, cookies) })

const messageOf = ({ cause, message }: Error): string => (cause instanceof Error ? cause.message : message)

/** Any thrown value as problem details; what is not an AppError is logged and told as `internal`. */
export function problem(error: unknown, requestId: string): Response {
  const known = error instanceof AppError ? error : new AppError('internal', { cause: error })
  if (known.code === 'unavailable') log().warn({ requestId, cause: messageOf(known) }, 'database away')
  else if (known.status >= 500) log().error({ requestId, err: known.cause ?? known }, 'request failed')
  const { detail, retryAfter, reason, status, fields } = known.extras
  const body: Problem = {
    type: `urn:qr-login:problem:${known.code}`,
    title: ERRORS[known.code].title,
    status: known.status,
    code: known.code,
    ...(detail && { detail }),
    ...(requestId && { requestId }),
    ...(retryAfter && { retryAfter }),
    ...(reason && { reason: reason as Problem['reason'] }),
    ...(status && { requestStatus: status as Problem['requestStatus'] }),
    ...(fields && { fields }),
  }
  return new Response(JSON.stringify(body), {
    status: known.status,
    headers: {
      ...NO_STORE,
      'Content-Type': 'application/problem+json',
      ...(retryAfter && { 'Retry-After': String(retryAfter) }),
    },
  })
}
