'use client'
import { CircleCheck, MailQuestion } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { api } from '../api'
import { Button } from '../ui/button'
import { useGuardedForm, type Hooks } from './use-guarded-form'

/** Whether mail reaches this person, and the way to show that it does. */
export function EmailStatus({ email, confirmed, ...hooks }: Hooks & { email: string; confirmed: boolean }) {
  const t = useTranslations('account')
  const { busy, ready, props } = useGuardedForm(hooks, async () => {
    await api('POST', '/api/email')
    hooks.say(t('emailSent', { email }))
  })
  if (confirmed)
    return (
      <p className="flex items-center gap-2 text-sm text-soft">
        <CircleCheck className="size-4 shrink-0 text-accent" aria-hidden="true" />
        {t('emailConfirmed')}
      </p>
    )
  return (
    <form {...props}>
      <p className="flex gap-2 text-sm text-soft">
        <MailQuestion className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
        {t('emailUnconfirmed')}
      </p>
      <Button type="submit" variant="quiet" busy={busy} disabled={!ready} className="mt-3 w-full">
        {t('emailSend')}
      </Button>
    </form>
  )
}
