'use client'
import { useEffect, useRef, type RefObject } from 'react'

/** When `state` changes and takes the focused control with it, `target` gets the focus instead of the body. */
export function useLostFocus(state: string, target: RefObject<HTMLElement | null>): void {
  const before = useRef(state)
  const held = useRef(false)

  useEffect(() => {
    const onFocus = () => {
      held.current = true
    }
    document.addEventListener('focusin', onFocus)
    return () => document.removeEventListener('focusin', onFocus)
  }, [])

  useEffect(() => {
    if (before.current === state) return
    before.current = state
    if (held.current && document.activeElement === document.body) target.current?.focus()
  }, [state, target])
}
