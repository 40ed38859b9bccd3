'use client'
import { useCallback, useState, type ReactNode } from 'react'
import { hasCode } from '../api'
import { ReauthenticationDialog } from './reauthentication-dialog'

/** The person closed the dialog instead of giving the password. */
export class Cancelled extends Error {
  override name = 'Cancelled'
}

interface Waiting {
  proved: () => void
  cancelled: () => void
}

/**
 * For actions that a session made by QR may only do after a password: `guard` runs the action, asks for the password
 * where the server wants it, and then runs it again. `dialog` must be rendered; `onAsk` makes room for it.
 */
export function useReauthentication(onAsk?: () => void): {
  guard: <T>(action: () => Promise<T>) => Promise<T>
  dialog: ReactNode
} {
  const [waiting, setWaiting] = useState<Waiting>()

  const ask = useCallback(
    () =>
      new Promise<void>((resolve, reject) => {
        setWaiting({ proved: resolve, cancelled: () => reject(new Cancelled()) })
      }).finally(() => setWaiting(undefined)),
    [],
  )

  const guard = useCallback(
    async <T,>(action: () => Promise<T>): Promise<T> => {
      try {
        return await action()
      } catch (error) {
        if (!hasCode(error, 'reauthentication_required')) throw error
        onAsk?.()
        await ask()
        return action()
      }
    },
    [ask, onAsk],
  )

  const dialog = waiting && <ReauthenticationDialog onProved={waiting.proved} onCancel={waiting.cancelled} />
  return { guard, dialog }
}
