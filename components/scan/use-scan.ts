'use client'
import { useCallback, useEffect, useState } from 'react'
import type { ScanBody, Scanned } from '@/lib/wire'
import { api } from '../api'
import { retrying, type Fault } from '../retrying'
import { useOnceSeen } from '../use-browser'
import { endOf, type End } from './ends'

/** Until `usableUntil`, on this browser's clock, the desktop can make it a session. */
export interface Approved {
  scanned: Scanned
  usableUntil: number
}

export type ScanState =
  | { name: 'checking' }
  | { name: 'asked'; scanned: Scanned }
  | ({ name: 'done' } & Approved)
  /** Approved, and the desktop waits for this code to be typed. */
  | ({ name: 'owed'; code: string } & Approved)
  /** The time for that is over; whether it was typed, this phone doesn't know. */
  | ({ name: 'over' } & Approved)
  | { name: 'end'; end: End }

const CHECKING: ScanState = { name: 'checking' }

/** The code stays in memory alone: not in the address bar, the history, or a screenshot of either. */
export function hideCode(id: string): void {
  window.history.replaceState(null, '', `/scan/${id}`)
}

/** Claims the request for this phone, once a person sees the page; again at each `again`, by id then. */
export function useScan(id: string, code: string | undefined) {
  const seen = useOnceSeen()
  const [round, setRound] = useState(0)
  const [state, setState] = useState<ScanState>(CHECKING)
  const [fault, setFault] = useState<Fault | null>(null)

  useEffect(() => {
    if (!seen) return
    const leaving = new AbortController()
    const body: ScanBody = code !== undefined && round === 0 ? { code } : { id }
    const timer = setTimeout(() => {
      hideCode(id)
      const scan = () => api<Scanned>('POST', '/api/login/scan', body)
      retrying(scan, { signal: leaving.signal, onFault: setFault }).then(
        (scanned) => setState({ name: 'asked', scanned }),
        (error: unknown) => leaving.signal.aborted || setState({ name: 'end', end: endOf(error) }),
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [seen, id, code, round])

  const again = useCallback(() => {
    setState(CHECKING)
    setRound((now) => now + 1)
  }, [])

  return { state, setState, fault, again }
}
