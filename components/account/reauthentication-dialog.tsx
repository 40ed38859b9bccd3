'use client'
import { useTranslations } from 'next-intl'
import { api, hasCode } from '../api'
import { Field } from '../forms/field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { useErrorText } from '../use-error-text'

interface Props {
  onProved: () => void
  onCancel: () => void
}

export function ReauthenticationDialog({ onProved, onCancel }: Props) {
  const t = useTranslations()
  const errorText = useErrorText()
  const { busy, ready, error, faults, props } = useForm(async ({ password = '' }) => {
    await api('POST', '/api/reauthenticate', { password })
    onProved()
  })
  const faultText = useFaultText(faults)
  const wrong = hasCode(error, 'proof_failed') ? t('errors.proof_failed') : undefined
  const refused = error && faults.length === 0 ? errorText(error) : undefined

  return (
    <Dialog title={t('reauthenticate.title')} onClose={onCancel}>
      <form {...props} className="mt-2">
        <p className="mb-4 text-soft">{t('reauthenticate.body')}</p>
        <Field
          label={t('fields.password')}
          name="password"
          type="password"
          autoComplete="current-password"
          autoFocus
          required
          error={faultText('password') ?? wrong ?? refused}
        />
        <div className="mt-2 grid grid-cols-2 gap-3">
          <Button variant="quiet" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" busy={busy} disabled={!ready}>
            {t('reauthenticate.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
