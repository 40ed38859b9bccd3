'use client'
import { useEffect, useState } from 'react'
import type { Confirmed, Kind, Scanned, SessionList, Stay } from '@/lib/wire'
import { Cancelled } from '../account/use-reauthentication'
import { api, ApiError, get, hasCode } from '../api'
import { isPassing } from '../retrying'
import { endOf } from './ends'
import type { ScanState } from './use-scan'

type Guard = <T>(action: () => Promise<T>) => Promise<T>
type Work = 'approve' | 'decline' | 'undo'

export interface Choice {
  stay: Stay
  kind: Kind
}

/** True where the request is past confirming: the answer to this phone's own approval was lost. */
function wasApproved(error: unknown): boolean {
  if (hasCode(error, 'already_used')) return true
  return hasCode(error, 'wrong_state') && error.problem.requestStatus === 'confirmed'
}

async function approve(scanned: Scanned, choice: Choice): Promise<ScanState> {
  try {
    const body = { scanToken: scanned.scanToken, ...choice }
    const { scanToken } = await api<Confirmed>('POST', `/api/login/${scanned.id}/confirm`, body)
    return { name: 'done', scanned, scanToken }
  } catch (error) {
    if (wasApproved(error)) return { name: 'done', scanned }
    throw error
  }
}

async function decline({ id, scanToken }: Scanned): Promise<ScanState> {
  await api('POST', `/api/login/${id}/reject`, { scanToken })
  return { name: 'end', end: 'declined' }
}

/** Takes an approval back: the request while the desktop hasn't used it, else the session that it became. */
async function undo(id: string, scanToken: string | undefined): Promise<ScanState> {
  try {
    if (scanToken) await api('POST', `/api/login/${id}/reject`, { scanToken })
    else await endSessionOf(id)
  } catch (error) {
    if (hasCode(error, 'already_used')) await endSessionOf(id)
    // Expired: the desktop never used it. Not found: its session has ended already.
    else if (!hasCode(error, 'expired', 'not_found')) throw error
  }
  return { name: 'end', end: 'taken_back' }
}

async function endSessionOf(requestId: string): Promise<void> {
  const { sessions } = await get<SessionList>('/api/sessions')
  const session = sessions.find((item) => item.requestId === requestId)
  if (session) await api('DELETE', `/api/sessions/${session.id}`)
}

/** What the person can do about a scanned request. A fault keeps the card, so that the press can be repeated. */
export function useDecision(state: ScanState, setState: (state: ScanState) => void, guard: Guard) {
  const [busy, setBusy] = useState<Work>()
  const [error, setError] = useState<unknown>()

  useExpiry(state, setState)

  async function run(work: Work, action: () => Promise<ScanState>) {
    setBusy(work)
    setError(undefined)
    try {
      setState(await guard(action))
    } catch (thrown) {
      const stays = isPassing(thrown) || !(thrown instanceof ApiError) || work === 'undo'
      if (!stays) setState({ name: 'end', end: endOf(thrown) })
      else if (!(thrown instanceof Cancelled)) setError(thrown)
    }
    setBusy(undefined)
  }

  return {
    busy,
    error,
    approve: (scanned: Scanned, choice: Choice) => run('approve', () => approve(scanned, choice)),
    decline: (scanned: Scanned) => run('decline', () => decline(scanned)),
    undo: (id: string, scanToken?: string) => run('undo', () => undo(id, scanToken)),
  }
}

/** A card whose time is over must not look as if it could still be approved. */
function useExpiry(state: ScanState, setState: (state: ScanState) => void): void {
  const scanned = state.name === 'asked' ? state.scanned : undefined

  useEffect(() => {
    if (!scanned) return
    const expire = () => setState({ name: 'end', end: 'expired' })
    const timer = setTimeout(expire, scanned.expiresIn * 1000)
    return () => clearTimeout(timer)
  }, [scanned, setState])
}
