/** Going on by itself: what passes (no network, no database, a limit) is waited out, with growing pauses. */
import { ApiError, hasCode, NetworkError } from './api'

/** Why something isn't going on right now, as people see it. `until` is when the server will have us again. */
export type Fault =
  { kind: 'offline' } | { kind: 'unreachable' } | { kind: 'trouble' } | { kind: 'limited'; until: number }

const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 5000
/** The longest that an absent database is left alone, whatever the server asked for. */
const LONGEST_ASKED = 15_000

/** True when waiting may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof NetworkError || hasCode(error, 'unavailable', 'busy', 'rate_limited', 'internal')
}

export function faultOf(error: unknown): Fault {
  if (hasCode(error, 'rate_limited'))
    return { kind: 'limited', until: error.at + (error.problem.retryAfter ?? 10) * 1000 }
  if (hasCode(error, 'unavailable')) return { kind: 'trouble' }
  if (error instanceof NetworkError && !navigator.onLine) return { kind: 'offline' }
  return { kind: 'unreachable' }
}

/** Milliseconds until the next try: what the server asked for, else 1, 2, 4, 5 s with jitter. */
export function pauseAfter(error: unknown, failures: number, random = Math.random): number {
  const asked = error instanceof ApiError ? error.problem.retryAfter : undefined
  if (asked !== undefined)
    return hasCode(error, 'rate_limited') ? asked * 1000 : Math.min(asked * 1000, LONGEST_ASKED)
  return Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE) * (0.75 + random() / 4)
}

/** Waits; the network's return ends the wait, unless a limit asked for it. Rejects when `signal` aborts. */
function pause(milliseconds: number, wakes: boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, milliseconds)
    function finish() {
      clearTimeout(timer)
      window.removeEventListener('online', finish)
      signal.removeEventListener('abort', finish)
      if (signal.aborted) reject(signal.reason)
      else resolve()
    }
    if (wakes) window.addEventListener('online', finish)
    signal.addEventListener('abort', finish)
  })
}

interface Options {
  signal: AbortSignal
  /** Told at each failed try, and with null once a try got through. */
  onFault: (fault: Fault | null) => void
  /** Which errors are waited out; all others are thrown. */
  waitsFor?: (error: unknown) => boolean
}

/** Runs `task` until it answers or is refused for good. */
export async function retrying<T>(task: () => Promise<T>, options: Options): Promise<T> {
  const { signal, onFault, waitsFor = isPassing } = options
  for (let failures = 0; ; failures++) {
    try {
      const answer = await task()
      if (!signal.aborted) onFault(null)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (!waitsFor(error)) {
        onFault(null)
        throw error
      }
      onFault(faultOf(error))
      await pause(pauseAfter(error, failures), !hasCode(error, 'rate_limited'), signal)
    }
  }
}
