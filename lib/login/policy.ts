/**
 * How much a sign-in has to prove, pure: signals in, ceremony out. A live relay of the code looks like any other sign-in
 * but for where the asking desktop stands, so what is not known to be near or known at all asks for more than a tap.
 */
import type { Proof, Risk } from '../wire'

export const POLICIES = ['adaptive', 'strict', 'off'] as const
export type Policy = (typeof POLICIES)[number]

export interface Signals {
  /** An earlier session of this person in the asking browser outlived its probation, and nobody complained. */
  knownDesktop: boolean
  /** The asking desktop's address is in a network that the operator declares. */
  trustedNetwork: boolean
  /** The code was typed by hand, so that no camera was near the screen. */
  typedCode: boolean
  /** The approving session has gone on for long without a password. */
  staleSession: boolean
  /** Approximate places that lie far apart, or an address that could not be determined. */
  farAway: boolean
  otherCountry: boolean
  /** Numbers that this account picked wrong within a day. */
  wrongPicks: number
  /** This account reported a desktop within the last days. */
  reported: boolean
}

/** What raises the risk, and how far; where nothing does, it is low. */
const RULES: { risk: Exclude<Risk, 'low'>; when: (signals: Signals) => boolean }[] = [
  { risk: 'high', when: ({ otherCountry }) => otherCountry },
  { risk: 'high', when: ({ wrongPicks }) => wrongPicks >= 2 },
  { risk: 'high', when: ({ reported }) => reported },
  { risk: 'medium', when: ({ wrongPicks }) => wrongPicks >= 1 },
  { risk: 'medium', when: ({ typedCode }) => typedCode },
  { risk: 'medium', when: ({ staleSession }) => staleSession },
  { risk: 'medium', when: ({ farAway }) => farAway },
  { risk: 'medium', when: ({ knownDesktop, trustedNetwork }) => !knownDesktop && !trustedNetwork },
]

const PROOFS: Record<Risk, readonly Proof[]> = {
  low: [],
  medium: ['number'],
  high: ['number', 'password', 'code'],
}

export interface Ceremony {
  risk: Risk
  proofs: readonly Proof[]
  /** No proof would be enough. */
  refused: boolean
}

/** The risk of a sign-in: the highest that anything raises it to. */
export function riskOf(signals: Signals): Risk {
  const raised = RULES.filter(({ when }) => when(signals)).map(({ risk }) => risk)
  return raised.includes('high') ? 'high' : raised.includes('medium') ? 'medium' : 'low'
}

/**
 * What is asked for at a risk: a strange desktop is told from the one in front of its person by the number at the least,
 * in a trusted network too, as a relay may sit there. `strict` takes medium for high and refuses high; `off` asks for
 * nothing.
 */
export function ceremonyFor(signals: Signals, policy: Policy): Ceremony {
  const risk = riskOf(signals)
  if (policy === 'off') return { risk, proofs: [], refused: false }
  const asked = policy === 'strict' && risk === 'medium' ? 'high' : risk
  const proofs = asked === 'low' && !signals.knownDesktop ? PROOFS.medium : PROOFS[asked]
  return { risk: asked, proofs, refused: policy === 'strict' && risk === 'high' }
}
