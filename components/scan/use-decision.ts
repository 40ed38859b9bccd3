'use client'
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Scanned } from '@/lib/wire'
import { Cancelled } from '../account/use-reauthentication'
import { api, ApiError, hasCode } from '../api'
import { isPassing, retrying, type Fault } from '../retrying'
import { approve, isUnsure, passwordFault, PasswordMissing, type Proofs } from './approval'
import { endOf } from './ends'
import { undo } from './undo'
import type { Choice } from './use-choice'
import type { Approved, ScanState } from './scan-state'

type Guard = <T>(action: () => Promise<T>) => Promise<T>
type Work = 'approve' | 'decline' | 'report' | 'undo'

async function decline({ id, scanToken }: Scanned): Promise<ScanState> {
  await api('POST', `/api/login/${id}/reject`, { scanToken })
  return { name: 'end', end: 'declined' }
}

async function report({ id, scanToken }: Scanned): Promise<ScanState> {
  await api('POST', `/api/login/${id}/reject`, { scanToken, report: true })
  return { name: 'end', end: 'reported' }
}

async function takeBack({ scanned, usableUntil }: Approved): Promise<ScanState> {
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
  const [tapped, setTapped] = useState<number>()
  const [wantsPassword, setWantsPassword] = useState(false)
  const press = useRef<AbortController>(undefined)
  /** A press is on its way, or an approval lost its answer. */
  const unsure = useRef(false)
  const asksPassword = state.name === 'asked' && (wantsPassword || state.scanned.proofs.includes('password'))

  useExpiry(state, setState, unsure)
  useEffect(() => () => press.current?.abort(), [])

  async function run(work: Work, action: () => Promise<ScanState>) {
    press.current?.abort()
    const { signal } = (press.current = new AbortController())
    const before = unsure.current
    unsure.current = true
    setBusy(work)
    setError(undefined)
    try {
      const next = await guard(() => retrying(action, { signal, onFault: setFault, waitsFor: isAway }))
      if (signal.aborted) return
      setState(next)
    } catch (thrown) {
      if (signal.aborted) return
      refused(work, thrown, before)
    }
    setBusy(undefined)
  }

  function refused(work: Work, thrown: unknown, before: boolean) {
    const password = passwordFault(thrown) !== undefined
    const stays = password || isPassing(thrown) || !(thrown instanceof ApiError) || work === 'undo'
    // Who is asked for the password hears with it that no tap got through; other refusals say nothing of earlier taps.
    unsure.current = stays && !password && (before || (work === 'approve' && isUnsure(thrown)))
    if (!unsure.current) setTapped(undefined)
    if (password) setWantsPassword(true)
    if (!stays) setState({ name: 'end', end: endOf(thrown) })
    else if (!(thrown instanceof Cancelled)) setError(thrown)
  }

  return {
    busy,
    error,
    fault,
    asksPassword,
    /** The number of a tap that may have arrived: no other one can be tapped in its place. */
    tapped,
    approve: (scanned: Scanned, choice: Choice, proofs: Proofs) => {
      if (asksPassword && !proofs.password) return setError(new PasswordMissing())
      setTapped(proofs.number)
      void run('approve', () => approve(scanned, choice, proofs))
    },
    decline: (scanned: Scanned) => void run('decline', () => decline(scanned)),
    report: (scanned: Scanned) => void run('report', () => report(scanned)),
    undo: (approved: Approved) => void run('undo', () => takeBack(approved)),
  }
}

export type Decision = ReturnType<typeof useDecision>

/** While a press waits for the database, another answer can still take its place. */
export const isOff = ({ busy, fault }: Decision, work: Work): boolean =>
  busy === work || (busy !== undefined && fault === null)

/**
 * A card whose time is over must not look as if it could still be approved, nor a code as if it could still be typed.
 * While a press is on its way, or lost its answer, the card waits for the server's word instead.
 */
function useExpiry(state: ScanState, setState: (state: ScanState) => void, unsure: RefObject<boolean>): void {
  const asked = state.name === 'asked' ? state.scanned : undefined
  const owed = state.name === 'owed' ? state : undefined

  useEffect(() => {
    if (!asked) return
    const expire = () => unsure.current || setState({ name: 'end', end: 'expired' })
    const timer = setTimeout(expire, asked.expiresIn * 1000)
    return () => clearTimeout(timer)
  }, [asked, setState, unsure])

  useEffect(() => {
    if (!owed) return
    const { scanned, usableUntil } = owed
    const expire = () => setState({ name: 'over', scanned, usableUntil })
    const timer = setTimeout(expire, usableUntil - Date.now())
    return () => clearTimeout(timer)
  }, [owed, setState])
}
