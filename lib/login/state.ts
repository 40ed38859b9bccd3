/**
 * The login request as a state machine, pure. Everything that moves a request asks this table.
 *
 *     new ──scan──▶ scanned ──confirm──▶ confirmed ──consume──▶ consumed
 *      └────────────┴───── an ending move ────┴──▶ rejected, with a reason
 *      └────────────┴──────── time passes ────┴──▶ expired (derived, never written)
 */
import type { ErrorCode } from '../errors'
import type { Reason, Status } from '../wire'

/** What a row holds. `expired` is missing on purpose: it is what the clock makes of the first three. */
export type State = Exclude<Status, 'expired'>
export type Actor = 'desktop' | 'phone' | 'server'

interface MoveRule {
  by: Actor
  from: readonly State[]
  to: State
  reason?: Reason
}

export const MOVES = {
  scan: { by: 'phone', from: ['new'], to: 'scanned' },
  rescan: { by: 'phone', from: ['scanned'], to: 'scanned' },
  confirm: { by: 'phone', from: ['scanned'], to: 'confirmed' },
  decline: { by: 'phone', from: ['scanned', 'confirmed'], to: 'rejected', reason: 'declined' },
  wrong_number: { by: 'phone', from: ['scanned'], to: 'rejected', reason: 'wrong_number' },
  consume: { by: 'desktop', from: ['confirmed'], to: 'consumed' },
  proof_tries: { by: 'desktop', from: ['confirmed'], to: 'rejected', reason: 'proof_tries' },
  withdraw: { by: 'desktop', from: ['new', 'scanned', 'confirmed'], to: 'rejected', reason: 'withdrawn' },
  not_me: { by: 'desktop', from: ['scanned', 'confirmed'], to: 'rejected', reason: 'not_me' },
  relay: { by: 'server', from: ['scanned', 'confirmed'], to: 'rejected', reason: 'relayed' },
  supersede: { by: 'desktop', from: ['new', 'scanned', 'confirmed'], to: 'rejected', reason: 'superseded' },
  end_session: { by: 'server', from: ['scanned', 'confirmed'], to: 'rejected', reason: 'session_ended' },
} as const satisfies Record<string, MoveRule>

export type Move = keyof typeof MOVES

/** The states in which a request is still going somewhere. */
const OPEN_STATES = ['new', 'scanned', 'confirmed'] as const satisfies readonly State[]

/** What everybody sees: the stored state, or `expired` where its time has run out. */
export function statusAt(request: { state: string; expiresAt: Date }, now: Date): Status {
  const open = (OPEN_STATES as readonly string[]).includes(request.state)
  return open && request.expiresAt <= now ? 'expired' : (request.state as State)
}

/** True where nothing can happen any more; readers stop asking. */
export const isFinal = (status: Status): boolean =>
  status === 'consumed' || status === 'rejected' || status === 'expired'

/** True where `actor` may make `move` in `status`. */
export function allows(status: Status, move: Move, actor: Actor): boolean {
  const rule: MoveRule = MOVES[move]
  return rule.by === actor && (rule.from as readonly Status[]).includes(status)
}

/** Why a move is refused in a status that does not allow it, as the error's code. */
export function refusal(status: Status, move: Move): ErrorCode {
  if (status === 'expired') return 'expired'
  if (status === 'consumed') return 'already_used'
  if (move === 'scan' && (status === 'scanned' || status === 'confirmed')) return 'already_scanned'
  return 'wrong_state'
}
