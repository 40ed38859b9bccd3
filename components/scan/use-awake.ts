'use client'
import { useEffect, useState } from 'react'

const WAKE_MS = 700

/**
 * False until a person has had this page before them for a while, visible and focused without a break: so that the
 * second click of a double click, or a tap that was meant for what stood here before, approves nothing. Where a browser
 * gives a page no focus before it is touched, the first touch begins the while.
 */
export function useAwake(): boolean {
  const [awake, setAwake] = useState(false)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    function begin() {
      if (document.visibilityState === 'visible') timer ??= setTimeout(() => setAwake(true), WAKE_MS)
    }
    function sleep() {
      clearTimeout(timer)
      timer = undefined
      setAwake(false)
    }
    const look = () => (document.hasFocus() && document.visibilityState === 'visible' ? begin() : sleep())

    if (document.hasFocus()) begin()
    const leaving = new AbortController()
    const { signal } = leaving
    document.addEventListener('visibilitychange', look, { signal })
    document.addEventListener('pointerdown', begin, { signal })
    window.addEventListener('focus', begin, { signal })
    window.addEventListener('blur', sleep, { signal })
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [])

  return awake
}
