'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'

interface Props {
  busy: string | undefined
  /** A press waits for the database: the other answer can still take its place. */
  waiting: boolean
  onApprove: () => void
  onDecline: () => void
}

/** Two answers of equal weight: neither is the one that the eye is pushed to. */
export function AskedActions({ busy, waiting, onApprove, onDecline }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <div className="grid grid-cols-2 gap-3">
      <Button
        variant="strong"
        className="min-h-14 short:min-h-12"
        busy={busy === 'decline'}
        disabled={busy === 'decline' || (busy !== undefined && !waiting)}
        onClick={onDecline}
      >
        {t('decline')}
      </Button>
      <Button
        className="min-h-14 short:min-h-12"
        busy={busy === 'approve'}
        disabled={busy === 'approve' || (busy !== undefined && !waiting)}
        onClick={onApprove}
      >
        {t('approve')}
      </Button>
    </div>
  )
}
