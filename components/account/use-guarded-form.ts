'use client'
import { ApiError, hasCode } from '../api'
import { useForm } from '../forms/use-form'
import { useErrorText } from '../use-error-text'
import { Cancelled } from './use-reauthentication'

export interface Hooks {
  guard: <T>(action: () => Promise<T>) => Promise<T>
  say: (message: string) => void
}

/** What the form itself says at a field is not said twice. */
function isSaidAtField(error: unknown): boolean {
  return (
    hasCode(error, 'proof_failed') || (error instanceof ApiError && Boolean(error.problem.fields?.length))
  )
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
      if (!isSaidAtField(error)) say(errorText(error))
      throw error
    }
  })
}
