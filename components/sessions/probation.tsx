'use client'
import { useTranslations } from 'next-intl'
import { Moment } from '../moment'

/** That another session may do less for now, and what ends that. */
export function Probation({ until }: { until: string }) {
  const t = useTranslations('probation')
  return (
    <>
      <p className="mt-2">
        <span className="inline-block rounded-card bg-sunken px-2.5 font-medium">
          {t.rich('badge', { moment: () => <Moment at={until} /> })}
        </span>
      </p>
      <p className="mt-1 text-soft">{t('meaning')}</p>
    </>
  )
}
