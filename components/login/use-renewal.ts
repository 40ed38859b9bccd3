'use client'
import { useCallback, useEffect, useState } from 'react'
import { useSeen } from '../use-browser'

/** So often in a row a page renews its code by itself; then nobody seems to be there. */
const MOST = 6

/** Renews a request that is `over`, while the page is seen, a bounded number of times. */
export function useRenewal(over: boolean, renew: () => void) {
  const seen = useSeen()
  const [count, setCount] = useState(0)
  const spent = count >= MOST

  useEffect(() => {
    if (!over || !seen || spent) return
    const timer = setTimeout(() => {
      setCount((now) => now + 1)
      renew()
    })
    return () => clearTimeout(timer)
  }, [over, seen, spent, renew])

  /** A person acted, so the count begins anew. */
  const reset = useCallback(() => setCount(0), [])
  return { stale: over && spent, reset }
}
