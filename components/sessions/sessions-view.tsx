'use client'
import { useTranslations } from 'next-intl'
import { useCallback, useEffect, useState } from 'react'
import useSWR from 'swr'
import type { SessionList } from '@/lib/wire'
import { useReauthentication } from '../account/use-reauthentication'
import { get, hasCode } from '../api'
import { faultOf } from '../retrying'
import { leaveFor } from '../sign-in-with'
import { Button } from '../ui/button'
import { Toast } from '../ui/toast'
import { onErrorRetry } from '../swr-retry'
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
  const fault = useFaultWords(error)
  const ask = (next: Asked) => {
    setMessage('')
    setAsked(next)
  }
  const refresh = () => void mutate()
  const ending = useEnding({ guard, refresh, close, say: setMessage })
  const others = (data?.sessions.length ?? 1) - 1

  return (
    <>
      {data ? <SessionRows nodes={treeOf(data.sessions)} onAsk={ask} label={t('list')} /> : <Skeleton />}
      {data && others === 0 && <p className="mt-4 text-soft">{t('only')}</p>}
      {others > 0 && (
        <Button variant="quiet" className="mt-6 w-full" onClick={() => ask({ name: 'everywhere' })}>
          {t('everywhere')}
        </Button>
      )}
      {asked?.name === 'rename' && (
        <RenameDialog
          session={asked.node.session}
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
      <Toast message={fault || message} lasting={fault !== ''} />
    </>
  )
}

/** Says that the list is old news; leaves where the session itself is over. */
function useFaultWords(error: unknown): string {
  const t = useTranslations('faults')
  const over = hasCode(error, 'sign_in_required')

  useEffect(() => {
    if (over) void leaveFor('/login?next=%2Fsessions')
  }, [over])

  return error && !over ? t(faultOf(error).kind) : ''
}

function Skeleton() {
  return (
    <div aria-hidden="true" className="noscript:hidden">
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex animate-skeleton items-center gap-4 border-t border-line py-4">
          <span className="size-7 rounded-card bg-line" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="h-4 w-40 rounded-sm bg-line" />
            <span className="h-3 w-56 max-w-full rounded-sm bg-line" />
          </span>
        </div>
      ))}
    </div>
  )
}
