'use client'
import { useTranslations } from 'next-intl'
import { useSecondsUntil } from '../use-browser'

/** "Trying again in 40 s." Never inside a live region: nobody wants to hear each second. */
export function Again({ until }: { until: number }) {
  const t = useTranslations('faults')
  return <p className="text-soft tabular-nums">{t('again', { seconds: useSecondsUntil(until) })}</p>
}
