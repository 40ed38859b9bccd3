/** Taking an approval back: the request while the desktop hasn't used it, else the session that it became. */
import type { SessionList } from '@/lib/wire'
import { api, get, hasCode } from '../api'
import type { Claim } from './scan-state'

const LOOK_EVERY_MS = 2000
/** Enough for the 90 s in which the desktop may use an approval, at most. */
const MOST_LOOKS = 47

/** True where the request is past confirming: the answer to this phone's own approval was lost. */
export function wasApproved(error: unknown): boolean {
  if (hasCode(error, 'already_used')) return true
  return hasCode(error, 'wrong_state') && error.problem.requestStatus === 'confirmed'
}

/** @param usableUntil when the desktop can use the approval no more, on this browser's clock */
export async function undo({ id, scanToken }: Claim, usableUntil: number): Promise<void> {
  try {
    await api('POST', `/api/login/${id}/reject`, { scanToken })
  } catch (error) {
    // A used request has its session from the same moment on: one look is enough.
    if (hasCode(error, 'already_used')) await endSessionOf(id, 0)
    else if (hasCode(error, 'not_found') || wasApproved(error)) await endSessionOf(id, usableUntil)
    else if (!isOver(error)) throw error
  }
}

/** Never to be used: it has expired, or an earlier call got through whose answer was lost. */
function isOver(error: unknown): boolean {
  if (hasCode(error, 'expired')) return true
  return hasCode(error, 'wrong_state') && error.problem.requestStatus === 'rejected'
}

/** Ends the session that the request became; while it may still become one, waits for it. */
export async function endSessionOf(requestId: string, usableUntil: number): Promise<void> {
  for (let looks = 1; ; looks++) {
    const last = Date.now() >= usableUntil || looks >= MOST_LOOKS
    const { sessions } = await get<SessionList>('/api/sessions')
    const session = sessions.find((item) => item.requestId === requestId)
    if (session) {
      return api('DELETE', `/api/sessions/${session.id}`).catch((error: unknown) => {
        if (!hasCode(error, 'not_found')) throw error
      })
    }
    if (last) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
