'use client'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { api } from '../api'
import { EmailField } from '../forms/email-field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'

/** Asks for a link. What it says afterwards is the same for every address. */
export function ForgotPasswordForm() {
  const t = useTranslations('forgot')
  const errorText = useErrorText()
  const [sentTo, setSentTo] = useState('')
  const { busy, ready, error, faults, props } = useForm(async ({ email = '' }) => {
    await api('POST', '/api/password-reset', { email })
    setSentTo(email.trim())
  })
  const faultText = useFaultText(faults)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(sentTo, title)
  if (sentTo)
    return (
      <>
        <Title ref={title}>{t('sentTitle')}</Title>
        <p className="mt-2 text-soft">{t('sent', { email: sentTo })}</p>
        <p className="mt-4 text-soft">{t('nothing')}</p>
        <Button variant="quiet" className="mt-6 w-full" onClick={() => setSentTo('')}>
          {t('again')}
        </Button>
      </>
    )
  return (
    <>
      <Title ref={title}>{t('title')}</Title>
      <p className="mt-2 text-soft">{t('lead')}</p>
      <form {...props} className="mt-6">
        <EmailField error={faultText('email')} />
        <Status className="mb-2 min-h-6 text-danger">
          {error && faults.length === 0 ? errorText(error) : ''}
        </Status>
        <Button type="submit" busy={busy} disabled={!ready} className="w-full">
          {t('submit')}
        </Button>
      </form>
    </>
  )
}
