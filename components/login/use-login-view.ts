'use client'
import useSWR from 'swr'
import { isFinal } from '@/lib/login/state'
import type { LoginView, Opened } from '@/lib/wire'
import { get, stamped, type Stamped } from '../api'
import { onErrorRetry } from '../swr-retry'

const read = (path: string) => stamped(get<LoginView>(path))

/** Asks for the request's state while a person can see the page, until there is nothing left to come. */
export function useLoginView(opened: Opened | undefined) {
  const interval = (opened?.pollInterval ?? 1) * 1000
  return useSWR<Stamped<LoginView>, unknown>(opened ? `/api/login/${opened.id}` : null, read, {
    refreshInterval: (view) => (view && isFinal(view.status) ? 0 : interval),
    dedupingInterval: interval / 2,
    focusThrottleInterval: 0,
    refreshWhenOffline: true,
    onErrorRetry,
  })
}
