'use client'
import { useTranslations } from 'next-intl'
import { api } from '../api'
import { EmailField } from '../forms/email-field'
import { Field } from '../forms/field'
import { NewPasswordField } from '../forms/new-password-field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { withNext } from '../next-param'
import { leaveFor, signInWith } from '../sign-in-with'
import { Button } from '../ui/button'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'

interface Values {
  name?: string
  email?: string
  password?: string
}

/** The account exists after the first call, so a sign-in that fails then leads to the sign-in page. */
async function signUp({ name = '', email = '', password = '' }: Values, next: string): Promise<void> {
  await api('POST', '/api/users', { name, email, password })
  const goal = await signInWith('password', { email, password }).then(
    () => next,
    () => withNext('/signin', next),
  )
  await leaveFor(goal)
}

export function SignUpForm({ next, passwordMin }: { next: string; passwordMin: number }) {
  const t = useTranslations()
  const errorText = useErrorText()
  const { busy, ready, error, faults, props } = useForm((values) => signUp(values, next))
  const faultText = useFaultText(faults, passwordMin)

  return (
    <form {...props} className="mt-6">
      <Field
        label={t('fields.name')}
        name="name"
        autoComplete="name"
        maxLength={80}
        required
        error={faultText('name')}
      />
      <EmailField error={faultText('email')} />
      <NewPasswordField name="password" min={passwordMin} error={faultText('password')} />
      <Status className="mb-2 min-h-6 text-danger">
        {error && faults.length === 0 ? errorText(error) : ''}
      </Status>
      <Button type="submit" busy={busy} disabled={!ready} className="w-full">
        {t('signup.submit')}
      </Button>
    </form>
  )
}
