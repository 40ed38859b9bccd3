'use client'
/** What the browser says about itself, as values that React may read. */
import { useEffect, useState, useSyncExternalStore } from 'react'

function subscribeToNothing() {
  return () => {}
}

/** False in the server's HTML, true once this page can act. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  )
}

/** True where the browser keeps the camera to itself, since the page came over an open connection. */
export function useInsecure(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => !window.isSecureContext,
    () => false,
  )
}

/** False on the server, then whether the media query matches. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => window.matchMedia(query).matches,
    () => false,
  )
}

function subscribeToVisibility(changed: () => void) {
  document.addEventListener('visibilitychange', changed)
  document.addEventListener('prerenderingchange', changed)
  return () => {
    document.removeEventListener('visibilitychange', changed)
    document.removeEventListener('prerenderingchange', changed)
  }
}

function isSeen(): boolean {
  const prerendering = 'prerendering' in document && document.prerendering === true
  return document.visibilityState === 'visible' && !prerendering
}

/** True while a person can see this page: visible, and not rendered ahead of a click that may never come. */
export function useSeen(): boolean {
  return useSyncExternalStore(subscribeToVisibility, isSeen, () => false)
}

/** True from the first moment that a person saw this page. */
export function useOnceSeen(): boolean {
  const seen = useSeen()
  const [once, setOnce] = useState(false)
  if (seen && !once) setOnce(true)
  return once || seen
}

/** Whole seconds until `until`, 0 when past; ticks once a second. */
export function useSecondsUntil(until: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [until])
  return Math.max(0, Math.ceil((until - now) / 1000))
}
