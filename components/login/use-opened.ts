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

/** Opens a login request once `enabled`, and another one at each `renew`. */
export function useOpened(enabled: boolean) {
  const [round, setRound] = useState<Round>({ number: 0 })
  const [fault, setFault] = useState<Fault | null>(null)
  const { number } = round

  useEffect(() => {
    if (!enabled) return
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
  }, [enabled, number])

  const renew = useCallback(() => {
    setFault(null)
    setRound((now) => ({ number: now.number + 1 }))
  }, [])

  return { opened: round.opened, fault, renew }
}
