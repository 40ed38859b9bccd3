'use client'
import { useTranslations } from 'next-intl'
import type { FieldFault } from './use-form'

/** The API's codes for a field (zod's, and our own) → message. */
const WORDS = {
  required: 'required',
  taken: 'taken',
  too_small: 'short',
  too_big: 'long',
} as const

/** Words for what is wrong with one field; undefined when nothing is. */
export function useFaultText(faults: FieldFault[], passwordMin = 0) {
  const t = useTranslations('fields.invalid')
  return (field: string): string | undefined => {
    const code = faults.find((fault) => fault.field === field)?.code
    if (code === undefined) return undefined
    if (field === 'email' && code === 'invalid_format') return t('email')
    if (code === 'too_small' && !/password/i.test(field)) return t('required')
    const word = Object.hasOwn(WORDS, code) ? WORDS[code as keyof typeof WORDS] : 'other'
    return t(word, { min: passwordMin })
  }
}
