'use client'
import useSWRInfinite from 'swr/infinite'
import type { Activity, ActivityPage } from '@/lib/wire'
import { get } from '../api'
import { onErrorRetry } from '../swr-retry'

/** The address of a page of the log; null past the last one. */
function pageAfter(previous: ActivityPage | null, of: Activity | undefined): string | null {
  if (previous?.next === null) return null
  const query = new URLSearchParams({
    ...(of && { of }),
    ...(previous && { before: String(previous.next) }),
  })
  return query.size === 0 ? '/api/activity' : `/api/activity?${query}`
}

/** The log, as far as it was asked for. */
export function useActivity(of: Activity | undefined) {
  const { data, error, size, setSize, mutate } = useSWRInfinite<ActivityPage, unknown>(
    (_, previous) => pageAfter(previous, of),
    get,
    { onErrorRetry },
  )
  return {
    entries: data?.flatMap((page) => page.entries),
    hasMore: data?.at(-1)?.next !== null,
    isLoading: data !== undefined && data.length < size,
    error,
    more: () => void setSize(size + 1),
    refresh: () => void mutate(),
  }
}
