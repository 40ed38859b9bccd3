'use client'
import { useCallback, useEffect, useState } from 'react'
import { retrying, type Fault } from '../retrying'
import { signInWith } from '../sign-in-with'
import { failureOf, triesLeft } from './consume-faults'
import type { Failure } from './phase'

/** What came of a request; a wrong code leaves it open, and is an object of its own each time. */
interface Outcome {
  id: string
  signedIn?: true
  failed?: Failure
  wrong?: { triesLeft: number }
}

function outcomeOf(id: string, error: unknown): Outcome {
  const left = triesLeft(error)
  return left > 0 ? { id, wrong: { triesLeft: left } } : { id, failed: failureOf(error) }
}

/**
 * Turns an approved request into this browser's session. The server gives the same session to a repeated call, so
 * an answer that was lost on the way is simply asked for again.
 * @param owes whether the server wants the code that the phone shows: then nothing is asked for before it is `sent`
 */
export function useConsume(id: string | undefined, owes: boolean) {
  const [outcome, setOutcome] = useState<Outcome>()
  const [typed, setTyped] = useState<{ id: string; code: string }>()
  const [trouble, setTrouble] = useState<{ id: string; fault: Fault | null }>()
  const code = typed?.id === id ? typed?.code : undefined
  const ready = !owes || code !== undefined

  useEffect(() => {
    if (!id || !ready) return
    const leaving = new AbortController()
    const fields: Record<string, string> = code === undefined ? { id } : { id, code }
    const timer = setTimeout(() => {
      const onFault = (fault: Fault | null) => setTrouble({ id, fault })
      retrying(() => signInWith('qr', fields), { signal: leaving.signal, onFault }).then(
        () => setOutcome({ id, signedIn: true }),
        (error: unknown) => {
          if (leaving.signal.aborted) return
          setTyped(undefined)
          setOutcome(outcomeOf(id, error))
        },
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [id, ready, code])

  const send = useCallback((code: string) => setTyped(id === undefined ? undefined : { id, code }), [id])
  const mine = id !== undefined && outcome?.id === id ? outcome : undefined
  return {
    signedIn: mine?.signedIn === true,
    failed: mine?.failed,
    fault: id !== undefined && trouble?.id === id ? trouble.fault : null,
    typing: { busy: code !== undefined, wrong: code === undefined ? mine?.wrong : undefined, send },
  }
}

export type Typing = ReturnType<typeof useConsume>['typing']
