'use client'
import { useLocale, useNow } from 'next-intl'
import { useSyncExternalStore } from 'react'
import { clockText } from './clock'

const subscribe = () => () => {}

/** The browser's time zone; null in the server's HTML, which can't know it. */
const useTimeZone = (): string | null =>
  useSyncExternalStore(
    subscribe,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => null,
  )

/** "today 12:04", on this browser's clock. Until that is known, it only keeps its place. */
export function Moment({ at }: { at: string }) {
  const zone = useTimeZone()
  const text = clockText(new Date(at), useNow(), useLocale(), zone ?? 'UTC')
  return (
    // The server's words for the same moment may differ by a space.
    <time dateTime={at} suppressHydrationWarning className={zone === null ? 'invisible' : ''}>
      {text}
    </time>
  )
}
