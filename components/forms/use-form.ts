'use client'
import { useState, type FormEvent } from 'react'
import { ApiError } from '../api'
import { useHydrated } from '../use-browser'

/** Which field is wrong, and how (codes of the API, or our own `required`). */
export interface FieldFault {
  field: string
  code: string
}

interface State {
  busy: boolean
  error: unknown
  faults: FieldFault[]
}

const IDLE: State = { busy: false, error: undefined, faults: [] }

function emptyFields(form: HTMLFormElement): FieldFault[] {
  return [...form.elements].flatMap((element) =>
    element instanceof HTMLInputElement && element.required && element.value.trim() === ''
      ? [{ field: element.name, code: 'required' }]
      : [],
  )
}

function failed(error: unknown): State {
  const faults = (error instanceof ApiError && error.problem.fields) || []
  return { busy: false, error, faults }
}

/** After the next paint, since aria-invalid is set by then; without a wrong field, the last one is tried anew. */
function focusWrong(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    const inputs = [...form.querySelectorAll<HTMLInputElement>('input:not([hidden])')]
    const wrong = inputs.find((input) => input.getAttribute('aria-invalid') === 'true') ?? inputs.at(-1)
    wrong?.focus()
    wrong?.select()
  })
}

/**
 * A form that sends JSON. `ready` is false until the page can act: a press before that must not make the browser
 * send the form itself.
 */
export function useForm(send: (values: Record<string, string>, form: HTMLFormElement) => Promise<void>) {
  const [state, setState] = useState(IDLE)
  const hydrated = useHydrated()

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const faults = emptyFields(form)
    if (faults.length > 0) {
      setState({ ...IDLE, faults })
      return focusWrong(form)
    }
    setState({ ...IDLE, busy: true })
    try {
      await send(Object.fromEntries(new FormData(form)) as Record<string, string>, form)
      setState(IDLE)
    } catch (error) {
      setState(failed(error))
      focusWrong(form)
    }
  }

  const props = { onSubmit, method: 'post', noValidate: true } as const
  return { ...state, ready: hydrated, props }
}
