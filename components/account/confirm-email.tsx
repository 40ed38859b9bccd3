'use client'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { api } from '../api'
import { useForm } from '../forms/use-form'
import { Button, ButtonLink } from '../ui/button'
import { Card, Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'
import { useMailedLink } from './use-mailed-link'

const confirm = (token: string) => api('POST', '/api/email/confirm', { token })

export function ConfirmEmail() {
  const t = useTranslations('confirmEmail')
  const errorText = useErrorText()
  const { end, follow } = useMailedLink(confirm)
  const { busy, ready, error, props } = useForm(follow)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(end ?? 'asking', title)
  if (end)
    return (
      <Card className="my-auto">
        <Title ref={title}>{t(`${end}.title`)}</Title>
        <p className="mt-2 text-soft">{t(`${end}.body`)}</p>
        <ButtonLink
          href="/account"
          prefetch={false}
          variant={end === 'done' ? 'primary' : 'quiet'}
          className="mt-6 w-full"
        >
          {t('account')}
        </ButtonLink>
      </Card>
    )
  return (
    <Card className="my-auto">
      <Title>{t('title')}</Title>
      <p className="mt-2 text-soft">{t('lead')}</p>
      <form {...props} className="mt-6">
        <Button type="submit" busy={busy} disabled={!ready} className="w-full">
          {t('submit')}
        </Button>
        <Status className="mt-2 text-danger empty:m-0">{error ? errorText(error) : ''}</Status>
      </form>
    </Card>
  )
}
