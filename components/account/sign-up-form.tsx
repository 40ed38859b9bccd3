'use client'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { api, hasCode } from '../api'
import { EmailField } from '../forms/email-field'
import { Field } from '../forms/field'
import { NewPasswordField } from '../forms/new-password-field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { withNext } from '../next-param'
import { leaveFor, signInWith } from '../sign-in-with'
import { Button } from '../ui/button'
import { Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'

interface Values {
  name?: string
  email?: string
  password?: string
}

/**
 * Signs up, and then in, which leaves the page. Where the password is not right, the address has an account that was never
 * confirmed, and a link was sent to it. After any other fault the account is there, so the sign-in page is next.
 * @returns once a link was sent
 */
async function signUp({ name = '', email = '', password = '' }: Values, next: string): Promise<void> {
  await api('POST', '/api/users', { name, email, password })
  try {
    await signInWith('password', { email, password })
  } catch (error) {
    return hasCode(error, 'proof_failed') ? undefined : leaveFor(withNext('/signin', next))
  }
  await leaveFor(next)
}

export function SignUpForm({ next, passwordMin }: { next: string; passwordMin: number }) {
  const t = useTranslations()
  const errorText = useErrorText()
  const [sentTo, setSentTo] = useState('')
  const { busy, ready, error, faults, props } = useForm(async (values: Values) => {
    await signUp(values, next)
    setSentTo(values.email?.trim() ?? '')
  })
  const faultText = useFaultText(faults, passwordMin)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(sentTo, title)

  if (sentTo)
    return (
      <>
        <Title ref={title}>{t('signup.askedTitle')}</Title>
        <p className="mt-2 text-soft">{t('signup.asked', { email: sentTo })}</p>
        <p className="mt-4 text-soft">{t('signup.nothing')}</p>
      </>
    )
  return (
    <>
      <Title ref={title}>{t('signup.title')}</Title>
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
    </>
  )
}
