'use client'
import { useTranslations } from 'next-intl'
import { useEffect, type RefObject } from 'react'
import { Field } from '../forms/field'
import { passwordFault } from './approval'

interface Props {
  email: string
  /** Why the last tap came to nothing. */
  error: unknown
  inputRef: RefObject<HTMLInputElement | null>
  /** Enter, which does not decide anything. */
  onEnter: () => void
}

const PASSWORD_MAX = 256

/** The password that goes along with the tap on the number. */
export function PasswordProof({ email, error, inputRef, onEnter }: Props) {
  const t = useTranslations('scan.confirm')
  const fault = passwordFault(error)
  const words = { missing: () => t('passwordMissing'), wrong: () => t('passwordWrong') }

  useEffect(() => {
    if (passwordFault(error) === undefined) return
    inputRef.current?.focus()
    inputRef.current?.select()
  }, [error, inputRef])

  return (
    <form
      method="post"
      noValidate
      className="mt-4 animate-appear"
      onSubmit={(event) => {
        event.preventDefault()
        onEnter()
      }}
    >
      {/* For password managers, which look for the account's name. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field
        ref={inputRef}
        label={t('password')}
        name="password"
        type="password"
        autoComplete="current-password"
        enterKeyHint="next"
        maxLength={PASSWORD_MAX}
        required
        // What is wrong with it stands below.
        className="scroll-mb-12"
        error={fault && words[fault]()}
      />
      {/* Without a button, Enter sends no form that has two fields. */}
      <button type="submit" hidden />
    </form>
  )
}
