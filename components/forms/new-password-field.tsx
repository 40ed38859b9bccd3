'use client'
import { useTranslations } from 'next-intl'
import { Field } from './field'

interface Props {
  name: 'password' | 'newPassword'
  /** Characters that it must have. */
  min: number
  error?: string
}

/** A password that somebody makes up, as password managers expect it. */
export function NewPasswordField({ name, min, error }: Props) {
  const t = useTranslations('fields')
  return (
    <Field
      label={t(name)}
      name={name}
      type="password"
      autoComplete="new-password"
      minLength={min}
      required
      hint={t('passwordHint', { min })}
      error={error}
    />
  )
}
