'use client'
import { useState } from 'react'
import useSWR from 'swr'
import type { ReportView } from '@/lib/wire'
import { api, hasCode } from '../api'
import { onErrorRetry } from '../swr-retry'
import { useFragment } from '../use-fragment'

export type LinkState =
  | { name: 'checking'; fault: unknown }
  | { name: 'none' }
  | { name: 'over' }
  | { name: 'seen'; report: ReportView }
  | { name: 'done'; ended: number }

/** The link that this page was opened by: what it is about, and using it. It is used by a press alone. */
export function useReportLink() {
  const token = useFragment()
  const [used, setUsed] = useState<{ token: string; ended: number }>()
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<unknown>()
  const { data, error, mutate } = useSWR<ReportView, unknown>(
    token ? ['/api/report/look', token] : null,
    () => api<ReportView>('POST', '/api/report/look', { token }),
    { onErrorRetry, revalidateOnFocus: false, revalidateOnReconnect: false },
  )

  async function report() {
    if (!token) return
    setBusy(true)
    setRefused(undefined)
    try {
      const { ended } = await api<{ ended: number }>('POST', '/api/report', { token })
      setUsed({ token, ended })
    } catch (thrown) {
      // Somebody else may have used it meanwhile.
      if (hasCode(thrown, 'not_found')) await mutate().catch(() => undefined)
      else setRefused(thrown)
    }
    setBusy(false)
  }

  return { state: stateOf(), busy, refused, report: () => void report() }

  function stateOf(): LinkState {
    if (token === '') return { name: 'none' }
    if (used && used.token === token) return { name: 'done', ended: used.ended }
    if (hasCode(error, 'not_found', 'invalid_input')) return { name: 'over' }
    return data ? { name: 'seen', report: data } : { name: 'checking', fault: error }
  }
}
