'use client'
import { useTranslations } from 'next-intl'
import { Field } from '../forms/field'
import { NewPasswordField } from '../forms/new-password-field'
import { useFaultText } from '../forms/use-fault-text'
import type { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'

interface Props {
  form: ReturnType<typeof useForm>
  passwordMin: number
}

/** The name and password of an account that starts anew. */
export function ClaimForm({ form: { busy, ready, error, faults, props }, passwordMin }: Props) {
  const t = useTranslations()
  const errorText = useErrorText()
  const faultText = useFaultText(faults, passwordMin)
  return (
    <form {...props} className="mt-6">
      <Field
        label={t('fields.name')}
        name="name"
        autoComplete="name"
        maxLength={80}
        required
        error={faultText('name')}
      />
      <NewPasswordField name="newPassword" min={passwordMin} error={faultText('newPassword')} />
      <Status className="mb-2 min-h-6 text-danger">
        {error && faults.length === 0 ? errorText(error) : ''}
      </Status>
      <Button type="submit" busy={busy} disabled={!ready} className="w-full">
        {t('confirmEmail.claim.submit')}
      </Button>
    </form>
  )
}
