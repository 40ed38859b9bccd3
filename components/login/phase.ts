/** What the sign-in card shows, from what is known about its login request. Pure. */
import type { LoginView, Opened, Reason, Scanner } from '@/lib/wire'

/** Why a request came to nothing; `failed` where nobody said. */
export type Failure = Reason | 'too_many_sign_ins' | 'failed'

export type Phase =
  | { name: 'opening' }
  | { name: 'new' }
  /** With the number to tap on the phone, where it is asked for one. */
  | { name: 'scanned'; scanner?: Scanner; number?: number }
  /** Approved, but for the code that the phone shows. */
  | { name: 'owed'; scanner?: Scanner }
  | { name: 'confirmed'; scanner?: Scanner }
  | { name: 'consumed'; scanner?: Scanner }
  | { name: 'rejected'; reason: Failure }
  /** Dead, and nobody looked at it for so long that it isn't renewed without a press. */
  | { name: 'stale' }

export interface Known {
  opened: Opened | undefined
  view: LoginView | undefined
  /** The browser holds the session already. */
  signedIn: boolean
  /** Why the consume was refused for good. */
  failed: Failure | undefined
  /** Renewing by itself has come to its end. */
  stale: boolean
}

export function phaseOf({ opened, view, signedIn, failed, stale }: Known): Phase {
  if (stale) return { name: 'stale' }
  if (!opened) return { name: 'opening' }
  const scanner = view?.scanner
  if (signedIn && view?.status === 'consumed') return { name: 'consumed', scanner }
  switch (view?.status) {
    case undefined:
    case 'new':
      return { name: 'new' }
    case 'scanned':
      return { name: 'scanned', scanner, number: view.number }
    case 'rejected':
      return { name: 'rejected', reason: view.reason ?? 'failed' }
    case 'expired':
      return { name: 'opening' }
    // Consumed on the server, while this browser still waits for its session: the call is on its way.
    case 'confirmed':
    case 'consumed':
      if (failed) return { name: 'rejected', reason: failed }
      return { name: view.needs && !signedIn ? 'owed' : 'confirmed', scanner }
  }
}
