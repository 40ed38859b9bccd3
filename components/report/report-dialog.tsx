'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { ReportDone } from './report-done'

interface AskProps {
  device: string
  busy: boolean
  onClose: () => void
  onReport: () => void
}

/** Says what "This wasn't me" does before it does it. */
export function AskDialog({ device, busy, onClose, onReport }: AskProps) {
  const t = useTranslations()
  return (
    <Dialog title={t('notMe.ask.title')} onClose={onClose}>
      <p className="mt-2 text-soft [overflow-wrap:anywhere]">{t('notMe.ask.body', { device })}</p>
      <div className="mt-6 grid grid-cols-[2fr_3fr] gap-3">
        <Button variant="quiet" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button variant="danger" busy={busy} onClick={onReport}>
          {t('notMe.submit')}
        </Button>
      </div>
    </Dialog>
  )
}

export function DoneDialog({ ended, onClose }: { ended: number; onClose: () => void }) {
  const t = useTranslations('notMe.done')
  return (
    <Dialog title={t('title')} onClose={onClose}>
      <ReportDone ended={ended} onLeave={onClose} />
      <Button variant="plain" className="mt-3 w-full" onClick={onClose}>
        {t('close')}
      </Button>
    </Dialog>
  )
}
