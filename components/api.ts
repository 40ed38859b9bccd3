/** Calls to our own API: a refusal is an ApiError with its problem details, no answer at all is a NetworkError. */
import type { Problem } from '@/lib/wire'

/** The server answered, and refused. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** When the answer came, so that `retryAfter` can be counted from it. */
  readonly at = Date.now()

  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

/** No answer came: the network, or the server as a whole, is away. */
export class NetworkError extends Error {
  override name = 'NetworkError'
}

export function hasCode(error: unknown, ...codes: Problem['code'][]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.problem.code)
}

/** A proxy in front may answer for a server that is away, and it doesn't speak problem details. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'code' in body) return body as Problem
  const away = [502, 503, 504].includes(response.status)
  const limited = response.status === 429
  const code = limited ? 'rate_limited' : away ? 'unavailable' : 'internal'
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined
  return { type: 'about:blank', title: response.statusText, status: response.status, code, retryAfter }
}

export async function api<T = void>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? undefined : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store',
    signal,
  }).catch((cause: unknown) => {
    throw new NetworkError('no answer', { cause })
  })
  if (!response.ok) throw new ApiError(await readProblem(response))
  if (response.status === 204) return undefined as T
  return response.json().catch((cause: unknown) => {
    throw new NetworkError('the answer broke off', { cause })
  }) as Promise<T>
}

/** An answer and when it came, on this browser's clock, for what the server counts in seconds. */
export type Stamped<T> = T & { at: number }

export async function stamped<T>(call: Promise<T>): Promise<Stamped<T>> {
  return { ...(await call), at: Date.now() }
}

/** For SWR: the key is the address. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return api<T>('GET', path, undefined, signal)
}
