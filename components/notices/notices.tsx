'use client'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import type { NoticeView } from '@/lib/wire'
import { useReport } from '../report/use-report'
import { TextLink } from '../ui/button'
import { Toast } from '../ui/toast'
import { useLostFocus } from '../use-lost-focus'
import { NoticeCard } from './notice-card'
import { useNotices } from './use-notices'

const SHOWN = 3

interface Props {
  /** As the server knew them when it made the page. */
  first: NoticeView[]
  renderedAt: string
}

/** What happened in the account that its person should know: the newest few. */
export function Notices({ first, renderedAt }: Props) {
  const t = useTranslations('notices')
  const { notices, refresh, dismiss, busy, dialog, message, say } = useNotices(first, renderedAt)
  const report = useReport({ say, refresh })
  const section = useRef<HTMLElement>(null)
  const more = notices.length - SHOWN
  useLostFocus(`${notices.length} ${message}`, section)

  if (notices.length === 0 && message === '' && first.length === 0) return null
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-label={t('list')}
      className="mx-auto w-full max-w-md outline-none"
    >
      <ul>
        {notices.slice(0, SHOWN).map((notice) => (
          <li key={notice.id} className="mb-4">
            <NoticeCard
              notice={notice}
              busy={busy === notice.id}
              onMine={() => dismiss(notice.id)}
              onNotMine={report.ask}
            />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p className="mb-4 text-center">
          <TextLink href="/activity">{t('more', { count: more })}</TextLink>
        </p>
      )}
      {report.dialog}
      {dialog}
      <Toast message={message} />
    </section>
  )
}
