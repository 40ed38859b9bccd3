'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { api } from '../api'
import { Field } from '../forms/field'
import { useFaultText } from '../forms/use-fault-text'
import { Button } from '../ui/button'
import { useGuardedForm, type Hooks } from './use-guarded-form'

export function ProfileForm({ user, ...hooks }: Hooks & { user: { name: string; email: string } }) {
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
      <dl className="mt-4 mb-4">
        <dt className="font-medium">{t('fields.email')}</dt>
        <dd className="text-soft">{user.email}</dd>
      </dl>
      <form {...props}>
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
