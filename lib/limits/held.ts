/** Connections that are held open for desktops that wait: how many, by address and in all. */
import { settings } from '../env'
import { AppError } from '../errors'

/** Many people may share an address; each of them also has polling, which needs no place here. */
const PER_ADDRESS = 1_000
const RETRY_SECONDS = 30

/** How a desktop waits. */
export type Reader = 'events' | 'poll'

interface Held {
  ends: Map<() => void, Reader>
  byAddress: Map<string, number>
  closing: boolean
}

const HELD = Symbol.for('qr-login.held')
const shared = globalThis as { [HELD]?: Held }
const held = (): Held => (shared[HELD] ??= { ends: new Map(), byAddress: new Map(), closing: false })

/** How many are held now. */
export const heldCount = (): number => held().ends.size

/** The same by reader. */
export function heldByReader(): Record<Reader, number> {
  const counts = { events: 0, poll: 0 }
  for (const reader of held().ends.values()) counts[reader]++
  return counts
}

/**
 * Looks whether one more may be held for an address.
 * @throws AppError `rate_limited` where this address has its share, `busy` where the server has
 */
export function requireRoom(bucket: string): void {
  const { ends, byAddress, closing } = held()
  const { maxStreams, rateLimitScale } = settings()
  if (closing || ends.size >= maxStreams) throw new AppError('busy', { retryAfter: RETRY_SECONDS })
  if ((byAddress.get(bucket) ?? 0) >= PER_ADDRESS * rateLimitScale)
    throw new AppError('rate_limited', {
      retryAfter: RETRY_SECONDS,
      detail: 'Your address holds too many connections: poll instead.',
    })
}

/**
 * Counts one in.
 * @param end ends it when the server stops
 * @returns counts it out
 */
export function hold(bucket: string, end: () => void, reader: Reader): () => void {
  const { ends, byAddress, closing } = held()
  ends.set(end, reader)
  // It was let in just before, or in a crowd.
  if (closing || ends.size > settings().maxStreams) queueMicrotask(end)
  byAddress.set(bucket, (byAddress.get(bucket) ?? 0) + 1)
  return () => {
    if (!ends.delete(end)) return
    const left = (byAddress.get(bucket) ?? 1) - 1
    if (left > 0) byAddress.set(bucket, left)
    else byAddress.delete(bucket)
  }
}

/** The server stops: ends all that is held, and holds nothing more. */
export function endHeld(): void {
  held().closing = true
  for (const end of held().ends.keys()) end()
}
