'use client'
import { useTranslations } from 'next-intl'
import { Field } from './field'

/** The address that names an account, as password managers expect it. */
export function EmailField({ error }: { error?: string }) {
  return (
    <Field
      label={useTranslations('fields')('email')}
      name="email"
      type="email"
      autoComplete="username"
      inputMode="email"
      autoCapitalize="none"
      spellCheck={false}
      required
      error={error}
    />
  )
}
