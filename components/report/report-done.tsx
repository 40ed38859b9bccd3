'use client'
import { useTranslations } from 'next-intl'
import { ButtonLink } from '../ui/button'

/** What a report has done, and what its person had better do now. */
export function ReportDone({ ended, onLeave }: { ended: number; onLeave?: () => void }) {
  const t = useTranslations('notMe.done')
  return (
    <>
      <p className="mt-2">{t('body', { count: ended })}</p>
      <p className="mt-4 text-soft">{t('next')}</p>
      <div className="mt-4 flex flex-col gap-3">
        <ButtonLink href="/account" prefetch={false} onClick={onLeave}>
          {t('password')}
        </ButtonLink>
        <ButtonLink href="/sessions" prefetch={false} variant="quiet" onClick={onLeave}>
          {t('everywhere')}
        </ButtonLink>
      </div>
    </>
  )
}
