'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useCalmSeconds } from '../use-calm-seconds'

/** "84 s left", counted from the first `until` that it is given. Never inside a live region. */
export function TimeLeft({ until }: { until: number }) {
  const t = useTranslations('when')
  // Told anew by each answer of the server, in whole seconds, it would jump to and fro.
  const [first] = useState(until)
  const { seconds, about } = useCalmSeconds(first)
  return <p className="text-soft tabular-nums">{t(about ? 'leftAbout' : 'left', { seconds })}</p>
}
