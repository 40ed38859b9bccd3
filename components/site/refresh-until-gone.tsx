'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { get } from '../api'
import { isPassing } from '../retrying'
import { useSeen } from '../use-browser'

const PAUSE = 3000

/**
 * Asks whether the server can read sessions again, and only then for the page: a refresh that gets no answer would
 * replace the page with the browser's own error. Ends when the page that comes back no longer holds it.
 */
export function RefreshUntilGone() {
  const router = useRouter()
  const seen = useSeen()

  useEffect(() => {
    if (!seen) return
    const timer = setInterval(() => {
      get('/api/sessions').then(
        () => router.refresh(),
        (error: unknown) => isPassing(error) || router.refresh(),
      )
    }, PAUSE)
    return () => clearInterval(timer)
  }, [seen, router])

  return null
}
