'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Cancelled } from '../account/use-reauthentication'
import { api } from '../api'
import { leaveFor } from '../sign-in-with'
import { useErrorText } from '../use-error-text'
import { holdsCurrent, type SessionNode } from './tree'

interface Hooks {
  guard: <T>(action: () => Promise<T>) => Promise<T>
  refresh: () => void
  close: () => void
  say: (message: string) => void
}

/** Ends sessions, and says how many went. */
export function useEnding({ guard, refresh, close, say }: Hooks) {
  const t = useTranslations('sessions')
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)

  async function run(path: string, leaves: boolean) {
    setBusy(true)
    try {
      const { ended } = await guard(() => api<{ ended: number }>('DELETE', path))
      if (leaves) await leaveFor('/login')
      say(t('ended', { count: ended }))
    } catch (error) {
      if (!(error instanceof Cancelled)) say(errorText(error))
    }
    setBusy(false)
    close()
    refresh()
  }

  return {
    busy,
    end: (node: SessionNode) => void run(`/api/sessions/${node.session.id}`, holdsCurrent(node)),
    endOthers: () => void run('/api/sessions', false),
  }
}
