'use client'
import { useTranslations } from 'next-intl'

/** The code to type on the computer: to be read in two groups, heard digit by digit, and selected with one tap. */
export function OwedCode({ code }: { code: string }) {
  const t = useTranslations('scan.owed')
  return (
    <div role="group" aria-label={t('label')} className="mt-6 flex justify-center">
      <span
        aria-hidden="true"
        dir="ltr"
        className="font-mono text-5xl leading-tight font-semibold whitespace-nowrap select-all"
      >
        <span className="me-4">{code.slice(0, 3)}</span>
        {code.slice(3)}
      </span>
      <span className="sr-only select-none">{[...code].join(' ')}</span>
    </div>
  )
}
