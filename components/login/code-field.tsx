'use client'
import { useTranslations } from 'next-intl'
import { useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { Scanner } from '@/lib/wire'
import { PersonLine } from './person'
import { DIGITS, digitsOf } from './six-digits'
import type { Typing } from './use-consume'

interface Props {
  typing: Typing
  scanner?: Scanner
  children: ReactNode
}

/** Where the code that the phone shows is typed. It is sent with its last digit; while it is, it stays and is not changed. */
export function CodeField({ typing: { busy, wrong, send }, scanner, children }: Props) {
  const t = useTranslations('login.code')
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [short, setShort] = useState(false)
  const error = short ? t('short') : wrong && t('wrong', { tries: wrong.triesLeft })

  // Before it can be typed in again, or what is typed at once would be cleared too.
  useLayoutEffect(() => {
    if (!wrong || !input.current) return
    input.current.value = ''
    input.current.focus()
  }, [wrong])

  function take(field: HTMLInputElement) {
    const digits = digitsOf(field.value)
    if (digits !== field.value) field.value = digits
    setShort(false)
    if (digits.length === DIGITS && !busy) send(digits)
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    if (busy || !input.current) return
    take(input.current)
    setShort(input.current.value.length < DIGITS)
  }

  return (
    <div className="absolute inset-0 flex animate-appear flex-col items-center justify-between rounded-card bg-sunken p-4">
      <PersonLine scanner={scanner} />
      <form onSubmit={onSubmit} method="post" noValidate className="w-full" aria-busy={busy}>
        <label htmlFor={id} className="sr-only">
          {t('label')}
        </label>
        <input
          ref={input}
          id={id}
          dir="ltr"
          autoFocus
          required
          readOnly={busy}
          inputMode="numeric"
          pattern="[0-9]{6}"
          autoComplete="one-time-code"
          enterKeyHint="done"
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-error`}
          // What an input method is still composing is not to be touched.
          onInput={(event) => (event.nativeEvent as InputEvent).isComposing || take(event.currentTarget)}
          onCompositionEnd={(event) => take(event.currentTarget)}
          className="block min-h-14 w-full rounded-card border border-edge bg-surface ps-[0.3em] text-center font-mono text-3xl tracking-[0.3em] text-ink read-only:text-soft aria-invalid:border-danger"
        />
        <p id={`${id}-error`} role="alert" className="min-h-6 pt-1 text-center text-sm leading-5 text-danger">
          {error}
        </p>
      </form>
      {children}
    </div>
  )
}
