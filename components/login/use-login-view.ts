'use client'
import useSWR, { type SWRConfiguration } from 'swr'
import { isFinal } from '@/lib/login/state'
import type { LoginView, Opened } from '@/lib/wire'
import { get, hasCode, stamped, type Stamped } from '../api'
import { pauseAfter } from '../retrying'

const onErrorRetry: SWRConfiguration['onErrorRetry'] = (error, _key, _config, revalidate, { retryCount }) => {
  if (hasCode(error, 'not_found')) return
  setTimeout(() => void revalidate({ retryCount }), pauseAfter(error, retryCount - 1))
}

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
