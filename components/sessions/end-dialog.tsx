'use client'
import { useTranslations } from 'next-intl'
import { deviceName } from '../device-name'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { endsWith, type SessionNode } from './tree'

interface Asking {
  busy: boolean
  onClose: () => void
  onEnd: () => void
}

/** Says what else ends before it does. */
export function EndDialog({ node, ...asking }: Asking & { node: SessionNode }) {
  const t = useTranslations('sessions')
  const device = deviceName(node.session.device, useTranslations('device'))
  const count = endsWith(node)
  return (
    <Dialog title={t('endTitle', { device })} onClose={asking.onClose}>
      <div className="mt-2 flex flex-col gap-1 text-soft">
        {node.session.current && <p>{t('endSelf')}</p>}
        <p>{count > 0 ? t('endWith', { count }) : t('endAlone')}</p>
      </div>
      <Buttons {...asking} label={t('signOut')} />
    </Dialog>
  )
}

export function EverywhereDialog({ others, ...asking }: Asking & { others: number }) {
  const t = useTranslations('sessions')
  return (
    <Dialog title={t('everywhereTitle')} onClose={asking.onClose}>
      <p className="mt-2 text-soft">{t('everywhereBody', { count: others })}</p>
      <Buttons {...asking} label={t('signOut')} />
    </Dialog>
  )
}

function Buttons({ busy, onClose, onEnd, label }: Asking & { label: string }) {
  const t = useTranslations('common')
  return (
    <div className="mt-6 grid grid-cols-2 gap-3">
      <Button variant="quiet" onClick={onClose}>
        {t('cancel')}
      </Button>
      <Button variant="danger" busy={busy} onClick={onEnd}>
        {label}
      </Button>
    </div>
  )
}
