'use client'
import { useCallback, useEffect, useState } from 'react'
import type { ScanBody, Scanned } from '@/lib/wire'
import { api } from '../api'
import { retrying, type Fault } from '../retrying'
import { useOnceSeen } from '../use-browser'
import { recall } from './approval'
import { endOf } from './ends'
import { forgetOwed, keepOwed, owedToken } from './owed-token'
import type { ScanState } from './scan-state'

const CHECKING: ScanState = { name: 'checking' }

/** The code stays in memory alone: not in the address bar, the history, or a screenshot of either. */
export function hideCode(id: string): void {
  window.history.replaceState(null, '', `/scan/${id}`)
}

/** A code that this tab owes is told again, after a reload; else the request is claimed. */
async function recallOrScan(id: string, body: ScanBody): Promise<ScanState> {
  const scanToken = owedToken(id)
  const recalled = scanToken === null ? null : await recall({ id, scanToken })
  return recalled ?? { name: 'asked', scanned: await api<Scanned>('POST', '/api/login/scan', body) }
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
      retrying(() => recallOrScan(id, body), { signal: leaving.signal, onFault: setFault }).then(
        setState,
        (error: unknown) => leaving.signal.aborted || setState({ name: 'end', end: endOf(error) }),
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [seen, id, code, round])

  useEffect(() => {
    if (state.name === 'owed') keepOwed(id, state.scanned.scanToken)
    else if (state.name !== 'checking') forgetOwed(id)
  }, [id, state])

  const again = useCallback(() => {
    setState(CHECKING)
    setRound((now) => now + 1)
  }, [])

  return { state, setState, fault, again }
}
