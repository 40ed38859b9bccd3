'use client'
import { useState } from 'react'
import useSWR from 'swr'
import { useTranslations } from 'next-intl'
import type { NoticeView } from '@/lib/wire'
import { Cancelled, useReauthentication } from '../account/use-reauthentication'
import { api, get } from '../api'
import { useErrorText } from '../use-error-text'

/** The notices that came with a page, and what became of them since; asked for again when the page is looked at again. */
export function useNotices(first: NoticeView[], renderedAt: string) {
  const t = useTranslations('notices')
  const errorText = useErrorText()
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState<string>()
  const { guard, dialog } = useReauthentication()
  // By the page's own time: what came with a page that is gone says nothing about this one.
  const { data = { notices: first }, mutate } = useSWR(
    ['/api/notices', renderedAt],
    ([path]) => get<{ notices: NoticeView[] }>(path),
    {
      fallbackData: { notices: first },
      revalidateOnMount: false,
      revalidateIfStale: false,
      shouldRetryOnError: false,
    },
  )

  async function dismiss(id: string) {
    setMessage('')
    setBusy(id)
    try {
      await guard(() => api('DELETE', `/api/notices/${id}`))
      setMessage(t('dismissed'))
    } catch (error) {
      if (!(error instanceof Cancelled)) setMessage(errorText(error))
    }
    await mutate().catch(() => undefined)
    setBusy(undefined)
  }

  return {
    notices: data.notices,
    refresh: () => void mutate(),
    dismiss: (id: string) => void dismiss(id),
    busy,
    dialog,
    message,
    say: setMessage,
  }
}
