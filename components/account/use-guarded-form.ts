'use client'
import { useForm } from '../forms/use-form'
import { useErrorText } from '../use-error-text'
import { Cancelled } from './use-reauthentication'

export interface Hooks {
  guard: <T>(action: () => Promise<T>) => Promise<T>
  say: (message: string) => void
}

type Send = (values: Record<string, string>, form: HTMLFormElement) => Promise<void>

/** A form whose action may want the password first, and which speaks through the page's live region. */
export function useGuardedForm({ guard, say }: Hooks, send: Send) {
  const errorText = useErrorText()
  return useForm(async (values, form) => {
    say('')
    try {
      await guard(() => send(values, form))
    } catch (error) {
      if (error instanceof Cancelled) return
      say(errorText(error))
      throw error
    }
  })
}
