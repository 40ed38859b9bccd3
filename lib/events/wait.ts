/** The long poll's patience. */
import { hold, requireRoom } from '../limits/held'
import { watch } from './watch'

/**
 * Waits until the request may no longer be at `revision`, at most `seconds`.
 * @param bucket the caller's, for the limit on held connections
 * @param signal the caller's connection
 * @throws AppError `rate_limited`, `busy`, `unavailable`
 */
export async function waitForMove(
  id: string,
  revision: number,
  seconds: number,
  bucket: string,
  signal: AbortSignal,
): Promise<void> {
  requireRoom(bucket)
  let wake = () => {}
  const woken = new Promise<void>((resolve) => (wake = resolve))
  const release = hold(bucket, wake, 'poll')
  const unsubscribe = watch().subscribe(id, wake)
  const timer = setTimeout(wake, seconds * 1000)
  signal.addEventListener('abort', wake)
  try {
    // Asked only now: a move before the subscription would go unheard.
    const row = await watch().read(id)
    if (row?.revision === revision && !signal.aborted) await woken
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
    unsubscribe()
    release()
  }
}
