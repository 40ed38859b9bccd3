'use client'
import { useCallback, useState, type ReactNode } from 'react'
import { Cancelled, useReauthentication } from '../account/use-reauthentication'
import { api } from '../api'
import { useErrorText } from '../use-error-text'
import { AskDialog, DoneDialog } from './report-dialog'

/** A session, and what its device is called. */
export interface Reported {
  id: string
  device: string
}

type Stage = { name: 'ask'; reported: Reported } | { name: 'done'; ended: number }

interface Hooks {
  /** Told what went wrong. */
  say: (message: string) => void
  /** What was shown is old news. */
  refresh: () => void
}

/** "This wasn't me", from the question to what was done. `dialog` must be rendered. */
export function useReport({ say, refresh }: Hooks): { ask: (reported: Reported) => void; dialog: ReactNode } {
  const [stage, setStage] = useState<Stage>()
  const [busy, setBusy] = useState(false)
  const close = useCallback(() => setStage(undefined), [])
  const { guard, dialog: passwordDialog } = useReauthentication(close)
  const errorText = useErrorText()

  async function report({ id }: Reported) {
    setBusy(true)
    try {
      const { ended } = await guard(() => api<{ ended: number }>('POST', `/api/sessions/${id}/report`))
      setStage({ name: 'done', ended })
    } catch (error) {
      close()
      if (!(error instanceof Cancelled)) say(errorText(error))
    }
    setBusy(false)
    refresh()
  }

  function ask(reported: Reported) {
    say('')
    setStage({ name: 'ask', reported })
  }

  const dialog = (
    <>
      {stage?.name === 'ask' && (
        <AskDialog
          device={stage.reported.device}
          busy={busy}
          onClose={close}
          onReport={() => void report(stage.reported)}
        />
      )}
      {stage?.name === 'done' && <DoneDialog ended={stage.ended} onClose={close} />}
      {passwordDialog}
    </>
  )
  return { ask, dialog }
}
