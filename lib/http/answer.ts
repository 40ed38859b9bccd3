/** Answers: JSON or problem details (RFC 9457), never cached. */
import { AppError, ERRORS } from '../errors'
import { log } from '../log'
import type { Problem } from '../wire'
import { EVENT_STREAM_HEADERS, streamBody, type StartStream } from './event-stream'

/** What a handler answers. Next gets it as a Response, the fast lane as it is. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** `Set-Cookie` values. */
  cookies: string[]
  /** Text, what starts an event stream, or a file's bytes, which go through Next alone. */
  body: string | StartStream | ReadableStream<Uint8Array> | null
}

const NO_STORE = { 'Cache-Control': 'private, no-store' }

/** A JSON answer. */
export const answer = (status: number, body: unknown, cookies: string[] = []): Answer => ({
  status,
  headers: { ...NO_STORE, 'Content-Type': 'application/json' },
  cookies,
  body: JSON.stringify(body),
})

/** An answer without a body. */
export const noContent = (cookies: string[] = []): Answer => ({
  status: 204,
  headers: NO_STORE,
  cookies,
  body: null,
})

/** An answer that goes on. */
export const eventStream = (start: StartStream): Answer => ({
  status: 200,
  headers: EVENT_STREAM_HEADERS,
  cookies: [],
  body: start,
})

/** An answer as Next wants it. */
export function toResponse({ status, headers: fixed, cookies, body }: Answer): Response {
  const headers = new Headers(fixed)
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(typeof body === 'function' ? streamBody(body) : body, { status, headers })
}

const messageOf = ({ cause, message }: Error): string => (cause instanceof Error ? cause.message : message)

/** Any thrown value as problem details; what is not an AppError is logged and told as `internal`. */
export function problem(error: unknown, requestId: string): Answer {
  const known = error instanceof AppError ? error : new AppError('internal', { cause: error })
  if (known.code === 'unavailable') log().warn({ requestId, cause: messageOf(known) }, 'database away')
  else if (known.code === 'internal') log().error({ requestId, err: known.cause ?? known }, 'request failed')
  const { detail, retryAfter, reason, status, proof, triesLeft, fields } = known.extras
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
    ...(proof && { proof: proof as Problem['proof'] }),
    ...(triesLeft !== undefined && { triesLeft }),
    ...(fields && { fields }),
  }
  return {
    status: known.status,
    headers: {
      ...NO_STORE,
      'Content-Type': 'application/problem+json',
      ...(retryAfter && { 'Retry-After': String(retryAfter) }),
    },
    cookies: [],
    body: JSON.stringify(body),
  }
}
