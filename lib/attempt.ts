import { log } from './log'

/** Does what must not stop what comes after it; what it throws is logged. */
export function attempt(work: () => void): void {
  try {
    work()
  } catch (err) {
    log().error({ err }, 'a listener failed')
  }
}
