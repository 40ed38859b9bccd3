'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useCalmSeconds } from '../use-calm-seconds'

/** Seconds that one code is shown. */
const STEP = 30

/** When the next code comes: a ring that empties, and words; with reduced motion only words, changing rarely. */
export function Countdown({ until }: { until: number }) {
  const t = useTranslations('login')
  const { seconds, about } = useCalmSeconds(until, STEP)
  const words = seconds === 0 ? t('nextCodeSoon') : t(about ? 'nextCodeAbout' : 'nextCode', { seconds })
  return (
    <p className="flex items-center gap-2 text-sm leading-7 text-soft tabular-nums">
      {!about && <Ring until={until} />}
      {words}
    </p>
  )
}

function Ring({ until }: { until: number }) {
  const [delay] = useState(() => (until - Date.now()) / 1000 - STEP)
  return (
    <svg viewBox="0 0 20 20" className="size-4 -rotate-90" fill="none" strokeWidth="3" aria-hidden="true">
      <circle cx="10" cy="10" r="8" className="stroke-line" />
      <circle
        cx="10"
        cy="10"
        r="8"
        pathLength="1"
        strokeDasharray="1"
        className="animate-ring stroke-accent"
        style={{ animationDelay: `${Math.min(0, delay)}s` }}
      />
    </svg>
  )
}
