'use client'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { api } from '../api'
import { NewPasswordField } from '../forms/new-password-field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Card, Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'
import { LinkEnd } from './link-end'
import { useMailedLink } from './use-mailed-link'

const reset = (token: string, { newPassword = '' }: Record<string, string>) =>
  api('POST', '/api/password-reset/use', { token, newPassword })

/** Where to go from each end. */
const GOALS = { done: '/signin', over: '/forgot-password', incomplete: '/forgot-password' } as const

export function ResetPasswordForm({ passwordMin }: { passwordMin: number }) {
  const t = useTranslations()
  const errorText = useErrorText()
  const { end, follow } = useMailedLink(reset)
  const { busy, ready, error, faults, props } = useForm(follow)
  const faultText = useFaultText(faults, passwordMin)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(end ?? 'asking', title)
  if (end)
    return (
      <LinkEnd
        title={t(`reset.${end}.title`)}
        body={t(`reset.${end}.body`)}
        titleRef={title}
        goals={[{ href: GOALS[end], children: t(`reset.${end}.go`) }]}
      />
    )
  return (
    <Card className="my-auto">
      <Title>{t('reset.title')}</Title>
      <p className="mt-2 text-soft">{t('reset.lead')}</p>
      <form {...props} className="mt-6">
        <NewPasswordField name="newPassword" min={passwordMin} error={faultText('newPassword')} />
        <Status className="mb-2 min-h-6 text-danger">
          {error && faults.length === 0 ? errorText(error) : ''}
        </Status>
        <Button type="submit" busy={busy} disabled={!ready} className="w-full">
          {t('reset.submit')}
        </Button>
      </form>
    </Card>
  )
}
