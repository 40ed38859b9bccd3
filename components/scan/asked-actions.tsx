'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import type { Decision } from './use-decision'

interface Props {
  decision: Decision
  onApprove: () => void
  onDecline: () => void
}

/** While a press waits for the database, the other answer can still take its place. */
export const isOff = ({ busy, fault }: Decision, work: Decision['busy']): boolean =>
  busy === work || (busy !== undefined && fault === null)

/** Two answers of equal weight: neither is the one that the eye is pushed to. */
export function AskedActions({ decision, onApprove, onDecline }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <div className="grid grid-cols-2 gap-3">
      <Button
        variant="strong"
        className="min-h-14 short:min-h-12"
        keepsFocus
        busy={decision.busy === 'decline'}
        disabled={isOff(decision, 'decline')}
        onClick={onDecline}
      >
        {t('decline')}
      </Button>
      <Button
        className="min-h-14 short:min-h-12"
        keepsFocus
        busy={decision.busy === 'approve'}
        disabled={isOff(decision, 'approve')}
        onClick={onApprove}
      >
        {t('approve')}
      </Button>
    </div>
  )
}
