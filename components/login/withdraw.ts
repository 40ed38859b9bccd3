'use client'
import { useEffect, useRef } from 'react'
import type { Status } from '@/lib/wire'

/** Takes a request back while the page goes away; nobody is left to hear whether it worked. */
export function withdraw(id: string): void {
  void fetch(`/api/login/${id}`, {
    method: 'DELETE',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ reason: 'withdrawn' }),
    keepalive: true,
  }).catch(() => undefined)
}

/** Only what nobody decided yet is taken back: an approval on its way must still arrive. */
const OPEN: (Status | undefined)[] = [undefined, 'new', 'scanned']

/** Withdraws the request when the person leaves: another page, another site, a closed tab. */
export function useWithdrawOnLeave(id: string | undefined, status: Status | undefined): void {
  const latest = useRef<string>(undefined)

  useEffect(() => {
    latest.current = OPEN.includes(status) ? id : undefined
  }, [id, status])

  useEffect(() => {
    function leave() {
      if (latest.current) withdraw(latest.current)
      latest.current = undefined
    }
    function onPageHide(event: PageTransitionEvent) {
      if (!event.persisted) leave()
    }
    window.addEventListener('pagehide', onPageHide)
    return () => {
      window.removeEventListener('pagehide', onPageHide)
      leave()
    }
  }, [])
}
