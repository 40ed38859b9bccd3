'use client'
import { useEffect, useReducer } from 'react'
import useSWR, { useSWRConfig } from 'swr'
import type { LoginView, Opened } from '@/lib/wire'
import { get, hasCode, stamped, type Stamped } from '../api'
import { isPassing } from '../retrying'
import { onErrorRetry } from '../swr-retry'
import { useSeen } from '../use-browser'
import { followEvents } from './login-events'
import { isUndecided, latest, mayWait, nextReader, pauseBetween } from './reader'

const WAIT_SECONDS = 25

type View = Stamped<LoginView>

const read = (path: string, signal?: AbortSignal) => stamped(get<LoginView>(path, signal))

/**
 * A poll that waits for news. A connection may be dead without a sign, so it is ended when it should have answered,
 * with the network, and when nobody looks any more.
 */
async function readNews(path: string, since: number): Promise<View> {
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  const late = setTimeout(leave, (WAIT_SECONDS + 5) * 1000)
  window.addEventListener('offline', leave)
  document.addEventListener('visibilitychange', leave)
  try {
    return await read(`${path}?wait=${WAIT_SECONDS}&since=${since}`, leaving.signal)
  } finally {
    clearTimeout(late)
    window.removeEventListener('offline', leave)
    document.removeEventListener('visibilitychange', leave)
  }
}

/**
 * The request's state while a person can see the page, until there is nothing left to come. Events bring it; where they
 * don't get through, polls do.
 */
export function useLoginView(opened: Opened | undefined) {
  const path = opened ? `/api/login/${opened.id}` : null
  const interval = (opened?.pollInterval ?? 1) * 1000
  const [reader, tell] = useReducer(nextReader, 'events')
  const { cache, mutate } = useSWRConfig()

  async function ask(address: string) {
    const known = () => cache.get(address)?.data as View | undefined
    const before = known()
    if (before && mayWait(reader, before, Date.now())) {
      try {
        return latest(known(), await readNews(address, before.revision))
      } catch (error) {
        if (!isPassing(error)) throw error
        tell('hurried')
      }
    }
    return latest(known(), await read(address))
  }

  const answer = useSWR<View, unknown>(path, ask, {
    refreshInterval: (view) => pauseBetween(reader, view?.status, interval),
    dedupingInterval: 100,
    focusThrottleInterval: 0,
    refreshWhenOffline: true,
    onErrorRetry,
  })

  const seen = useSeen()
  const awaited = isUndecided(answer.data?.status) && !hasCode(answer.error, 'not_found')
  const followed = seen && awaited ? path : null
  useEffect(() => {
    if (followed === null) return
    return followEvents(followed, tell, (view) => {
      void mutate<View>(followed, (known) => latest(known, view), { revalidate: false })
    })
  }, [followed, mutate])

  return answer
}
