'use client'
import { useEffect, useState } from 'react'
import { retrying, type Fault } from '../retrying'
import { signInWith } from '../sign-in-with'

type Outcome = { id: string; signedIn: boolean }

/**
 * Turns an approved request into this browser's session. The server gives the same session to a repeated call, so
 * an answer that was lost on the way is simply asked for again.
 */
export function useConsume(id: string | undefined) {
  const [outcome, setOutcome] = useState<Outcome>()
  const [fault, setFault] = useState<Fault | null>(null)

  useEffect(() => {
    if (!id) return
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      retrying(() => signInWith('qr', { id }), { signal: leaving.signal, onFault: setFault }).then(
        () => setOutcome({ id, signedIn: true }),
        () => leaving.signal.aborted || setOutcome({ id, signedIn: false }),
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [id])

  const mine = id !== undefined && outcome?.id === id ? outcome : undefined
  return { signedIn: mine?.signedIn === true, failed: mine?.signedIn === false, fault }
}
