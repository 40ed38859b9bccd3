'use client'
import { useTranslations } from 'next-intl'
import type { SessionView } from '@/lib/wire'
import { Cancelled } from '../account/use-reauthentication'
import { api } from '../api'
import { deviceName } from '../device-name'
import { Field } from '../forms/field'
import { useFaultText } from '../forms/use-fault-text'
import { useForm } from '../forms/use-form'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { useErrorText } from '../use-error-text'

interface Props {
  session: SessionView
  guard: <T>(action: () => Promise<T>) => Promise<T>
  onClose: () => void
  onDone: () => void
}

const LONGEST = 60

export function RenameDialog({ session, guard, onClose, onDone }: Props) {
  const t = useTranslations()
  const errorText = useErrorText()
  const plain = deviceName({ ...session.device, name: null }, useTranslations('device'))
  const { busy, ready, error, faults, props } = useForm(async ({ name = '' }) => {
    try {
      await guard(() => api('PATCH', `/api/sessions/${session.id}`, { name }))
      onDone()
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
    }
  })
  const faultText = useFaultText(faults)

  return (
    <Dialog title={t('sessions.renameTitle')} onClose={onClose}>
      <form {...props} className="mt-4">
        <Field
          label={t('sessions.renameLabel')}
          name="name"
          defaultValue={session.device.name ?? ''}
          placeholder={plain}
          maxLength={LONGEST}
          autoComplete="off"
          autoFocus
          hint={t('sessions.renameHint', { device: plain })}
          error={faultText('name') ?? (error && faults.length === 0 ? errorText(error) : undefined)}
        />
        <div className="mt-4 grid grid-cols-2 gap-3">
          <Button variant="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" busy={busy} disabled={!ready}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
