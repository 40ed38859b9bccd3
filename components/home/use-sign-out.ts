'use client'
import { useState } from 'react'
import { leaveFor, signOut } from '../sign-in-with'
import { useErrorText } from '../use-error-text'

/** Ends this browser's session and goes to the sign-in page; stays, with the reason, where that fails. */
export function useSignOut(goal = '/login') {
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  async function leave() {
    setBusy(true)
    setError(undefined)
    try {
      await signOut()
      await leaveFor(goal)
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }

  return { busy, error: error === undefined ? '' : errorText(error), leave: () => void leave() }
}
