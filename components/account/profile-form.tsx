'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { api } from '../api'
import { Field } from '../forms/field'
import { useFaultText } from '../forms/use-fault-text'
import { Button } from '../ui/button'
import { EmailStatus } from './email-status'
import { useGuardedForm, type Hooks } from './use-guarded-form'

interface Props extends Hooks {
  user: { name: string; email: string }
  /** Undefined where nothing is mailed. */
  emailConfirmed: boolean | undefined
}

export function ProfileForm({ user, emailConfirmed, ...hooks }: Props) {
  const t = useTranslations()
  const router = useRouter()
  const { busy, ready, faults, props } = useGuardedForm(hooks, async ({ name = '' }) => {
    await api('PATCH', '/api/account', { name })
    hooks.say(t('account.saved'))
    router.refresh()
  })
  const faultText = useFaultText(faults)

  return (
    <section className="mt-6 border-t border-line pt-6">
      <h2 className="text-lg font-semibold">{t('account.profile')}</h2>
      <dl className="mt-4 mb-1">
        <dt className="font-medium">{t('fields.email')}</dt>
        <dd className="text-soft">{user.email}</dd>
      </dl>
      {emailConfirmed !== undefined && (
        <EmailStatus email={user.email} confirmed={emailConfirmed} {...hooks} />
      )}
      <form {...props} className="mt-5">
        <Field
          label={t('fields.name')}
          name="name"
          defaultValue={user.name}
          autoComplete="name"
          maxLength={80}
          required
          error={faultText('name')}
        />
        <Button type="submit" variant="quiet" busy={busy} disabled={!ready} className="w-full">
          {t('common.save')}
        </Button>
      </form>
    </section>
  )
}
