'use client'
import { useTranslations } from 'next-intl'
import { api, hasCode } from '../api'
import { Field } from '../forms/field'
import { NewPasswordField } from '../forms/new-password-field'
import { useFaultText } from '../forms/use-fault-text'
import { Button } from '../ui/button'
import { useGuardedForm, type Hooks } from './use-guarded-form'

export function PasswordForm(props: Hooks & { email: string; passwordMin: number }) {
  const { email, passwordMin } = props
  const t = useTranslations()
  const form = useGuardedForm(props, async ({ currentPassword = '', newPassword = '' }, element) => {
    const body = { currentPassword, newPassword }
    const { ended } = await api<{ ended: number }>('POST', '/api/account/password', body)
    element.reset()
    props.say(t('account.passwordChanged', { count: ended }))
  })
  const faultText = useFaultText(form.faults, passwordMin)
  const wrong = hasCode(form.error, 'proof_failed') ? t('errors.proof_failed') : undefined

  return (
    <section className="mt-8 border-t border-line pt-6">
      <h2 className="text-lg font-semibold">{t('account.passwordTitle')}</h2>
      <p className="mt-1 mb-4 text-soft">{t('account.passwordLead')}</p>
      <form {...form.props}>
        {/* For password managers, which file a new password under the account's name. */}
        <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
        <Field
          label={t('fields.currentPassword')}
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          error={faultText('currentPassword') ?? wrong}
        />
        <NewPasswordField name="newPassword" min={passwordMin} error={faultText('newPassword')} />
        <Button type="submit" variant="quiet" busy={form.busy} disabled={!form.ready} className="mt-1 w-full">
          {t('account.passwordSubmit')}
        </Button>
      </form>
    </section>
  )
}
