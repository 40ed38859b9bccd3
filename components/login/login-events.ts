/** The event stream of a login request, as the page holds it. */
import type { LoginView } from '@/lib/wire'
import type { Stamped } from '../api'
import { dueAt, type Turn } from './reader'

/** A word this late was held back on its way, or the connection is dead without a sign. */
const LATE_MS = 3_000
/** On average: not all pages come back at once. */
const RETRY_MS = 60_000
/** The server breaks its silence after this time. */
const SILENCE_MS = 15_000
/** A server that stops sends all of its pages away at once; they must not all ask at once instead. */
const BREAK_MS = 3_000

/**
 * Listens until the returned function is called. The browser comes back by itself to a stream that broke off; one that
 * never spoke or fell silent is opened anew after about a minute, or when the network returns.
 */
export function followEvents(
  path: string,
  tell: (turn: Turn) => void,
  onView: (view: Stamped<LoginView>) => void,
): () => void {
  let source: EventSource | undefined
  let heard = false
  let late: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let broken: ReturnType<typeof setTimeout> | undefined

  function open() {
    close()
    tell('retried')
    heard = false
    source = new EventSource(`${path}/events`)
    source.addEventListener('status', hear)
    source.addEventListener('code', hear)
    source.addEventListener('error', () => (heard ? breakOff() : giveUp()))
    late = setTimeout(giveUp, LATE_MS)
  }

  function hear({ data }: MessageEvent<string>) {
    const view = { ...(JSON.parse(data) as LoginView), at: Date.now() }
    heard = true
    stopTimers()
    const due = dueAt(view) - view.at
    late = setTimeout(giveUp, (view.status === 'new' ? due : Math.min(due, SILENCE_MS)) + LATE_MS)
    onView(view)
    tell('heard')
  }

  /** The browser is already trying to come back; only where it takes long, polls take over. */
  function breakOff() {
    clearTimeout(late)
    broken ??= setTimeout(lose, Math.random() * BREAK_MS)
  }

  function lose() {
    clearTimeout(late)
    retry ??= setTimeout(open, RETRY_MS * (0.75 + Math.random() / 2))
    tell('lost')
  }

  function giveUp() {
    source?.close()
    lose()
  }

  function stopTimers() {
    clearTimeout(late)
    clearTimeout(retry)
    clearTimeout(broken)
    retry = broken = undefined
  }

  function close() {
    source?.close()
    stopTimers()
  }

  window.addEventListener('offline', giveUp)
  window.addEventListener('online', open)
  open()
  return () => {
    window.removeEventListener('offline', giveUp)
    window.removeEventListener('online', open)
    close()
  }
}
