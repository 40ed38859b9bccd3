'use client'
import { useCallback, useEffect, useState } from 'react'
import type { Opened } from '@/lib/wire'
import { api, stamped, type Stamped } from '../api'
import { retrying, type Fault } from '../retrying'
import { withdraw } from './withdraw'

interface Round {
  number: number
  opened?: Stamped<Opened>
}

/** Whatever refuses a new code is waited out: there is nothing else that this page could do. */
const always = () => true

async function open(signal: AbortSignal, onFault: (fault: Fault | null) => void): Promise<Stamped<Opened>> {
  const task = async () => {
    const opened = await stamped(api<Opened>('POST', '/api/login', {}))
    if (signal.aborted) withdraw(opened.id)
    return opened
  }
  return retrying(task, { signal, onFault, waitsFor: always })
}

/** Requests that came with a page and were shown: going back in the browser's history brings the same page again. */
const shown = new Set<string>()

/** The request that came with the page, counted from when it came. */
function openedWithPage(opened: Opened | undefined): Stamped<Opened> | undefined {
  if (!opened || shown.has(opened.id)) return undefined
  if (typeof window === 'undefined') return { ...opened, at: Date.now() }
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return { ...opened, at: performance.timeOrigin + (page?.responseStart ?? performance.now()) }
}

/**
 * Opens a login request once `enabled`, unless one came with the page (`first`), and another one at each `renew`.
 */
export function useOpened(enabled: boolean, first: Opened | undefined) {
  const [round, setRound] = useState<Round>(() => ({ number: 0, opened: openedWithPage(first) }))
  const [fault, setFault] = useState<Fault | null>(null)
  const { number, opened } = round
  const wanted = enabled && !opened

  useEffect(() => {
    if (!wanted) return
    const leaving = new AbortController()
    // On the next tick, so that an effect that React runs twice opens once.
    const timer = setTimeout(() => {
      open(leaving.signal, setFault).then(
        (opened) => setRound((now) => (now.number === number ? { number, opened } : now)),
        () => undefined,
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [wanted, number])

  useEffect(() => {
    if (first) shown.add(first.id)
  }, [first])

  const renew = useCallback(() => {
    setFault(null)
    setRound((now) => ({ number: now.number + 1 }))
  }, [])

  return { opened, fault, renew }
}
