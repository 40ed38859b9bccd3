'use client'
import { useEffect, useState } from 'react'
import type { LoginView, Opened } from '@/lib/wire'
import type { Stamped } from '../api'

export interface FreshCode {
  qr: string
  /** When the next one is due, on this browser's clock. */
  until: number
}

/** A code is accepted for one more step after its own; past that it must not be shown as if it worked. */
const GRACE_MS = 25_000

/** The code to show, and whether it went without a successor for so long that it no longer works. */
export function useFreshCode(opened: Stamped<Opened> | undefined, view: Stamped<LoginView> | undefined) {
  const [code, setCode] = useState<FreshCode>()
  const [dead, setDead] = useState<string>()
  const qr = view?.qr ?? opened?.qr
  const { at = 0, codeExpiresIn = 0 } = (view?.qr ? view : opened) ?? {}

  // The last code stays until its successor is there; it is only measured when it is new.
  if (qr !== undefined && qr !== code?.qr) setCode({ qr, until: at + codeExpiresIn * 1000 })

  useEffect(() => {
    if (!code) return
    const timer = setTimeout(() => setDead(code.qr), code.until - Date.now() + GRACE_MS)
    return () => clearTimeout(timer)
  }, [code])

  return { code, dead: code !== undefined && dead === code.qr }
}
