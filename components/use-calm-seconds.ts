'use client'
import { useMedia, useSecondsUntil } from './use-browser'

const COARSE = 10

/** Whole seconds until `until`. With reduced motion they change rarely, and are said to be `about` right. */
export function useCalmSeconds(until: number, most = Infinity): { seconds: number; about: boolean } {
  const about = useMedia('(prefers-reduced-motion: reduce)')
  const seconds = Math.min(most, useSecondsUntil(until))
  return { seconds: about ? Math.ceil(seconds / COARSE) * COARSE : seconds, about }
}
