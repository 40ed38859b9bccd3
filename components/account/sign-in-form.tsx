'use client'
import { useTranslations } from 'next-intl'
import { hasCode } from '../api'
import { EmailField } from '../forms/email-field'
import { Field } from '../forms/field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { leaveFor, signInWith } from '../sign-in-with'
import { Button } from '../ui/button'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'

export function SignInForm({ next }: { next: string }) {
  const t = useTranslations()
  const errorText = useErrorText()
  const { busy, ready, error, faults, props } = useForm(async ({ email = '', password = '' }) => {
    await signInWith('password', { email, password })
    await leaveFor(next)
  })
  const faultText = useFaultText(faults)
  const wrong = hasCode(error, 'proof_failed')
  const words = wrong ? t('signin.wrong') : error && faults.length === 0 ? errorText(error) : ''

  return (
    <form {...props} className="mt-6">
      <EmailField error={faultText('email')} />
      <Field
        label={t('fields.password')}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={faultText('password')}
      />
      <Status className="mb-2 min-h-6 text-danger">{words}</Status>
      <Button type="submit" busy={busy} disabled={!ready} className="w-full">
        {t('signin.submit')}
      </Button>
    </form>
  )
}
