'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { ReportButton } from './report-button'
import { useAwake } from './use-awake'
import { isOff, type Decision } from './use-decision'

interface Props {
  decision: Decision
  onApprove: () => void
  onDecline: () => void
  onReport: () => void
}

/** Two answers of equal weight: neither is the one that the eye is pushed to. */
export function AskedActions({ decision, onApprove, onDecline, onReport }: Props) {
  const t = useTranslations('scan.confirm')
  const awake = useAwake()
  return (
    <div className="flex flex-col gap-1">
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
          className={`min-h-14 short:min-h-12 ${awake ? '' : 'opacity-50'}`}
          keepsFocus
          busy={decision.busy === 'approve'}
          disabled={!awake || isOff(decision, 'approve')}
          onClick={onApprove}
        >
          {t('approve')}
        </Button>
      </div>
      <ReportButton decision={decision} awake={awake} onReport={onReport} />
    </div>
  )
}
