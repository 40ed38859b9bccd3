/** How much a session may do. See docs/decisions/strength-is-an-allow-list.md. */
import { AppError } from '../errors'
import type { Method } from '../wire'
import type { CurrentSession } from './current'
import type { Factor } from './factors'

export type Strength = 'weak' | 'strong'

/** A session that was found to be strong when its call began. */
export type StrongSession = CurrentSession & { readonly [isStrong]: true }
declare const isStrong: unique symbol

/** For how long a factor counts as just proven. */
const RECENT_SECONDS = 10 * 60

/** All that makes a session strong: how it was made, what was proven in it, and for how many seconds that counts. */
const STRONG: readonly { method: Method; factor: Factor; seconds: number }[] = [
  { method: 'password', factor: 'password', seconds: Infinity },
  { method: 'qr', factor: 'password', seconds: RECENT_SECONDS },
]

type Facts = Pick<CurrentSession, 'method' | 'factors'>

function isWithin({ factors }: Facts, factor: Factor, seconds: number, now: Date): boolean {
  const at = factors[factor]
  return at !== undefined && now.getTime() - at.getTime() < seconds * 1000
}

/** What a session may do at a moment. A method or a factor that `STRONG` does not list makes none strong. */
export const strengthOf = (session: Facts, now: Date): Strength =>
  STRONG.some(
    ({ method, factor, seconds }) => method === session.method && isWithin(session, factor, seconds, now),
  )
    ? 'strong'
    : 'weak'

/** True where a factor was proven within this session in the last ten minutes. */
export const isProven = (session: Facts, factor: Factor, now: Date): boolean =>
  isWithin(session, factor, RECENT_SECONDS, now)

/** When anything was last proven within a session; where nothing was, when it began. */
export const lastProof = ({ factors, createdAt }: Pick<CurrentSession, 'factors' | 'createdAt'>): Date =>
  Object.values(factors).reduce((latest, at) => (at > latest ? at : latest), createdAt)

/** True while its browser is too strange for all that sessions of the account may see and do. */
export const isOnProbation = (session: Facts & Pick<CurrentSession, 'probationEndsAt'>, now: Date): boolean =>
  session.probationEndsAt !== null && session.probationEndsAt > now && strengthOf(session, now) === 'weak'

/**
 * Takes a live session, so that whoever is signed out is told that first.
 * @throws AppError `reauthentication_required` where the session is too weak for what it is about to do
 */
export function requireStrong(session: CurrentSession, now: Date): asserts session is StrongSession {
  if (strengthOf(session, now) !== 'strong') throw new AppError('reauthentication_required')
}
