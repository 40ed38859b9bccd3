'use client'
import { useEffect, useRef, useState } from 'react'
import type { Confirmed, Scanned } from '@/lib/wire'
import { Cancelled } from '../account/use-reauthentication'
import { api, ApiError, hasCode } from '../api'
import { isPassing, retrying, type Fault } from '../retrying'
import { endOf } from './ends'
import { undo, wasApproved } from './undo'
import type { Choice } from './use-choice'
import type { ScanState } from './use-scan'

type Guard = <T>(action: () => Promise<T>) => Promise<T>
type Work = 'approve' | 'decline' | 'undo'

/** Seconds for which the desktop can use an approval whose answer was lost. */
const USABLE_SECONDS = 60

const done = (scanned: Scanned, seconds: number): ScanState => {
  return { name: 'done', scanned, usableUntil: Date.now() + seconds * 1000 }
}

async function approve(scanned: Scanned, choice: Choice): Promise<ScanState> {
  try {
    const body = { scanToken: scanned.scanToken, ...choice }
    const { expiresIn } = await api<Confirmed>('POST', `/api/login/${scanned.id}/confirm`, body)
    return done(scanned, expiresIn)
  } catch (error) {
    if (wasApproved(error)) return done(scanned, USABLE_SECONDS)
    throw error
  }
}

async function decline({ id, scanToken }: Scanned): Promise<ScanState> {
  await api('POST', `/api/login/${id}/reject`, { scanToken })
  return { name: 'end', end: 'declined' }
}

async function takeBack(scanned: Scanned, usableUntil: number): Promise<ScanState> {
  await undo(scanned, usableUntil)
  return { name: 'end', end: 'taken_back' }
}

/** Only what the server says it has not done yet goes on by itself; all else is the person's to press again. */
const isAway = (error: unknown): boolean => hasCode(error, 'unavailable')

/**
 * What the person can do about a scanned request. While the database is away a press is waited out, and another press
 * takes its place; any other fault keeps the card, so that the press can be repeated.
 */
export function useDecision(state: ScanState, setState: (state: ScanState) => void, guard: Guard) {
  const [busy, setBusy] = useState<Work>()
  const [error, setError] = useState<unknown>()
  const [fault, setFault] = useState<Fault | null>(null)
  const press = useRef<AbortController>(undefined)

  useExpiry(state, setState)
  useEffect(() => () => press.current?.abort(), [])

  async function run(work: Work, action: () => Promise<ScanState>) {
    press.current?.abort()
    const { signal } = (press.current = new AbortController())
    setBusy(work)
    setError(undefined)
    try {
      const next = await guard(() => retrying(action, { signal, onFault: setFault, waitsFor: isAway }))
      if (signal.aborted) return
      setState(next)
    } catch (thrown) {
      if (signal.aborted) return
      const stays = isPassing(thrown) || !(thrown instanceof ApiError) || work === 'undo'
      if (!stays) setState({ name: 'end', end: endOf(thrown) })
      else if (!(thrown instanceof Cancelled)) setError(thrown)
    }
    setBusy(undefined)
  }

  return {
    busy,
    error,
    fault,
    approve: (scanned: Scanned, choice: Choice) => run('approve', () => approve(scanned, choice)),
    decline: (scanned: Scanned) => run('decline', () => decline(scanned)),
    undo: (scanned: Scanned, usableUntil: number) => run('undo', () => takeBack(scanned, usableUntil)),
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
