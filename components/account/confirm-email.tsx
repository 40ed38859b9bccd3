'use client'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { api, hasCode } from '../api'
import { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Card, Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'
import { ClaimForm } from './claim-form'
import { LinkEnd } from './link-end'
import { useMailedLink } from './use-mailed-link'

const confirm = (token: string) => api('POST', '/api/email/confirm', { token })
const claim = (token: string, { name = '', newPassword = '' }: Record<string, string>) =>
  api('POST', '/api/email/claim', { token, name, newPassword })

/** Confirms an address in a browser that is signed in to its account with the password. Any other one claims it. */
export function ConfirmEmail({ passwordMin }: { passwordMin: number }) {
  const t = useTranslations('confirmEmail')
  const errorText = useErrorText()
  const [confirmed, claimed] = [useMailedLink(confirm), useMailedLink(claim)]
  const [asking, claiming] = [useForm(confirmed.follow), useForm(claimed.follow)]
  const title = useRef<HTMLHeadingElement>(null)
  const mayClaim = hasCode(asking.error, 'sign_in_required', 'reauthentication_required')
  const end = claimed.end === 'done' ? 'claimed' : (claimed.end ?? confirmed.end)
  useLostFocus(end ?? (mayClaim ? 'claiming' : 'asking'), title)

  if (end)
    return <LinkEnd title={t(`${end}.title`)} body={t(`${end}.body`)} titleRef={title} goals={goals()} />
  if (mayClaim)
    return (
      <Card className="my-auto">
        <Title ref={title}>{t('claim.title')}</Title>
        <p className="mt-2 text-soft">{t('claim.lead')}</p>
        <p className="mt-4 text-soft">{t('claim.own')}</p>
        <ClaimForm form={claiming} passwordMin={passwordMin} />
      </Card>
    )
  return (
    <Card className="my-auto">
      <Title ref={title}>{t('title')}</Title>
      <p className="mt-2 text-soft">{t('lead')}</p>
      <form {...asking.props} className="mt-6">
        <Button type="submit" busy={asking.busy} disabled={!asking.ready} className="w-full">
          {t('submit')}
        </Button>
        <Status className="mt-2 text-danger empty:m-0">{asking.error ? errorText(asking.error) : ''}</Status>
      </form>
    </Card>
  )

  function goals() {
    if (end === 'done') return [{ href: '/account', children: t('done.go') }]
    if (end === 'claimed') return [{ href: '/signin', children: t('claimed.go') }]
    const quiet = { variant: 'quiet' as const }
    return [
      { href: '/forgot-password', children: t('again'), ...quiet },
      { href: '/account', children: t('account'), ...quiet },
    ]
  }
}
