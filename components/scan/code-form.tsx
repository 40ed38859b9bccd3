'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import type { FormEvent } from 'react'
import type { Scanned } from '@/lib/wire'
import { api, hasCode } from '../api'
import { Field } from '../forms/field'
import { useForm, type FieldFault } from '../forms/use-form'
import { Button } from '../ui/button'
import { useErrorText } from '../use-error-text'
import { caretIn, formatUserCode } from './user-code'

/** Puts the text into shape while it is typed, without moving the caret away from its letter. */
function shape({ currentTarget: input }: FormEvent<HTMLInputElement>): void {
  const before = input.value.slice(0, input.selectionStart ?? input.value.length)
  const formatted = formatUserCode(input.value)
  if (formatted === input.value) return
  const caret = caretIn(formatted, before.replace(/[^A-Za-z]/g, '').length)
  input.value = formatted
  input.setSelectionRange(caret, caret)
}

export function CodeForm() {
  const t = useTranslations('scan.entry')
  const router = useRouter()
  const wrongText = useWrongText()
  const { busy, ready, error, faults, props } = useForm(async ({ code = '' }) => {
    const { id } = await api<Scanned>('POST', '/api/login/scan', { userCode: code })
    router.push(`/scan/${id}`)
    await new Promise(() => {})
  })

  return (
    <form {...props} className="border-t border-line pt-4">
      <Field
        label={t('code')}
        name="code"
        required
        onInput={shape}
        inputMode="text"
        autoCapitalize="characters"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        className="font-mono text-xl tracking-widest uppercase"
        hint={t('codeHint')}
        error={wrongText(faults, error)}
      />
      <Button type="submit" variant="quiet" busy={busy} disabled={!ready} className="mt-1 w-full">
        {t('continue')}
      </Button>
    </form>
  )
}

function useWrongText() {
  const t = useTranslations('scan.entry')
  const errorText = useErrorText()
  return (faults: FieldFault[], error: unknown): string | undefined => {
    if (faults.length > 0 || hasCode(error, 'invalid_input')) return t('codeShort')
    if (hasCode(error, 'not_found')) return t('codeWrong')
    return error ? errorText(error) : undefined
  }
}
