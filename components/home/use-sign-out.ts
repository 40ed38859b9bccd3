'use client'
import { useState } from 'react'
import { leaveFor, signOut } from '../sign-in-with'
import { useErrorText } from '../use-error-text'

/** Ends this browser's session and goes to the sign-in page; stays, with the reason, where that fails. */
export function useSignOut() {
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')

  async function leave() {
    setBusy(true)
    setError('')
    try {
      await signOut()
      await leaveFor('/login')
    } catch (thrown) {
      setError(errorText(thrown))
      setBusy(false)
    }
  }

  return { busy, error, leave: () => void leave() }
}
