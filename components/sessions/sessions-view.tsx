'use client'
import { useTranslations } from 'next-intl'
import { useCallback, useState } from 'react'
import useSWR from 'swr'
import type { SessionList } from '@/lib/wire'
import { useReauthentication } from '../account/use-reauthentication'
import { get } from '../api'
import { deviceName } from '../device-name'
import { useReport } from '../report/use-report'
import { Button } from '../ui/button'
import { ListSkeleton } from '../ui/list-skeleton'
import { Toast } from '../ui/toast'
import { onErrorRetry } from '../swr-retry'
import { useListFault } from '../use-list-fault'
import { EndDialog, EverywhereDialog } from './end-dialog'
import { RenameDialog } from './rename-dialog'
import { SessionRows } from './session-rows'
import { treeOf, type Asked } from './tree'
import { useEnding } from './use-ending'

/** Where this account is signed in, and the ways to end that. */
export function SessionsView() {
  const t = useTranslations('sessions')
  const { data, error, mutate } = useSWR<SessionList, unknown>('/api/sessions', get, { onErrorRetry })
  const [asked, setAsked] = useState<Asked>()
  const close = useCallback(() => setAsked(undefined), [])
  const { guard, dialog } = useReauthentication(close)
  const [message, setMessage] = useState('')
  const fault = useListFault(error, '/sessions')
  const refresh = () => void mutate()
  const report = useReport({ say: setMessage, refresh })
  const tDevice = useTranslations('device')
  const ask = (next: Asked) => {
    setMessage('')
    if (next.name !== 'report') return setAsked(next)
    const { id, device } = next.node.session
    report.ask({ id, device: deviceName(device, tDevice) })
  }
  const ending = useEnding({ guard, refresh, close, say: setMessage })
  const others = (data?.sessions.length ?? 1) - 1

  return (
    <>
      {data ? (
        <SessionRows nodes={treeOf(data.sessions)} onAsk={ask} label={t('list')} />
      ) : (
        <ListSkeleton rows={3} />
      )}
      {data && others === 0 && <p className="mt-4 text-soft">{t('only')}</p>}
      {others > 0 && (
        <Button variant="quiet" className="mt-6 w-full" onClick={() => ask({ name: 'everywhere' })}>
          {t('everywhere')}
        </Button>
      )}
      {asked?.name === 'rename' && (
        <RenameDialog
          session={asked.node.session}
          guard={guard}
          onClose={close}
          onDone={() => {
            close()
            refresh()
            setMessage(t('renamed'))
          }}
        />
      )}
      {asked?.name === 'end' && (
        <EndDialog
          node={asked.node}
          busy={ending.busy}
          onClose={close}
          onEnd={() => ending.end(asked.node)}
        />
      )}
      {asked?.name === 'everywhere' && (
        <EverywhereDialog others={others} busy={ending.busy} onClose={close} onEnd={ending.endOthers} />
      )}
      {dialog}
      {report.dialog}
      <Toast message={fault || message} lasting={fault !== ''} />
    </>
  )
}
