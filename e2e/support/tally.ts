/** What came of many sign-ins, as the database has it in the end. */
import type { Rows } from './database'
import type { Attempt } from './patient'

export interface Tally {
  /** People who wanted a desktop signed in. */
  signIns: number
  /** All that login requests have made. */
  sessions: number
  /** Why codes came to nothing that were then shown anew. */
  refusals: string[]
  /** Approvals that vanished, or made neither session nor error; sessions that nobody holds; people who never got in. */
  lost: number
  /** Requests that made more than one session. */
  doubled: number
}

export async function count(people: readonly Attempt[][], rows: Rows): Promise<Tally> {
  const made = new Map<string, string[]>()
  const sessions = await rows.byRequest()
  for (const { id, loginRequestId } of sessions)
    made.set(loginRequestId!, [...(made.get(loginRequestId!) ?? []), id])
  const attempts = people.flat()
  const isWhole = ({ id, approved, sessionId, refusal, state = 'gone' }: Attempt): boolean => {
    const ids = made.get(id) ?? []
    if (sessionId !== undefined) return ids.includes(sessionId) && ['consumed', 'gone'].includes(state)
    const hasVanished = approved && ['new', 'scanned'].includes(state)
    return refusal !== undefined && !hasVanished && ids.length === 0 && state !== 'consumed'
  }
  const known = new Set(attempts.map(({ id }) => id))
  const strange = [...made.keys()].filter((id) => !known.has(id))
  const outside = people.filter((tries) => tries.at(-1)?.sessionId === undefined)
  return {
    signIns: people.length,
    sessions: sessions.length,
    refusals: attempts.flatMap(({ refusal }) => refusal ?? []),
    lost: attempts.filter((attempt) => !isWhole(attempt)).length + strange.length + outside.length,
    doubled: [...made.values()].filter((ids) => ids.length > 1).length,
  }
}

/** On one line. */
export function lineOf(what: string, { signIns, sessions, refusals, lost, doubled }: Tally): string {
  const kinds = [...new Set(refusals)].map(
    (kind) => `${kind} ×${refusals.filter((one) => one === kind).length}`,
  )
  const errors = `${refusals.length} clear errors${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`
  return `${what}: ${signIns} sign-ins, ${sessions} sessions, ${errors}, lost ${lost}, doubled ${doubled}`
}
