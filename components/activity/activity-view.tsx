'use client'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import type { Activity } from '@/lib/wire'
import { useReport } from '../report/use-report'
import { Button } from '../ui/button'
import { ListSkeleton } from '../ui/list-skeleton'
import { Toast } from '../ui/toast'
import { useListFault } from '../use-list-fault'
import { useLostFocus } from '../use-lost-focus'
import { ActivityRow } from './activity-row'
import { useActivity } from './use-activity'

/** What happened in the account, and a way to say "This wasn't me". */
export function ActivityView({ of }: { of?: Activity }) {
  const t = useTranslations('activity')
  const { entries, hasMore, isLoading, error, more, refresh } = useActivity(of)
  const [message, setMessage] = useState('')
  const report = useReport({ say: setMessage, refresh })
  const fault = useListFault(error, '/activity')
  const end = useRef<HTMLParagraphElement>(null)
  /** How many there were when more were asked for, until those are there. */
  const [seen, setSeen] = useState<number>()
  useLostFocus(String(hasMore), end)
  if (seen !== undefined && entries && !isLoading) {
    setSeen(undefined)
    if (entries.length > seen) setMessage(t('loaded', { count: entries.length - seen }))
  }

  function loadMore() {
    setMessage('')
    setSeen(entries?.length)
    more()
  }

  return (
    <>
      {entries ? (
        <ul aria-label={t('list')} className="border-b border-line">
          {entries.map((entry) => (
            <li key={entry.id}>
              <ActivityRow entry={entry} onNotMine={report.ask} />
            </li>
          ))}
        </ul>
      ) : (
        <ListSkeleton rows={6} />
      )}
      {entries && hasMore && (
        <Button variant="quiet" className="mt-6 w-full" busy={isLoading} keepsFocus onClick={loadMore}>
          {t('more')}
        </Button>
      )}
      {entries && !hasMore && (
        <p ref={end} tabIndex={-1} className="mt-4 text-soft outline-none">
          {t(entries.length === 0 ? 'empty' : 'end')}
        </p>
      )}
      {report.dialog}
      <Toast message={fault || message} lasting={fault !== ''} />
    </>
  )
}
