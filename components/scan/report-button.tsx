'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { isOff, type Decision } from './use-decision'

interface Props {
  decision: Decision
  awake: boolean
  onReport: () => void
  className?: string
}

/** Declines, and keeps that device from asking again. */
export function ReportButton({ decision, awake, onReport, className = '' }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <Button
      variant="plain"
      className={`min-h-11 ${className}`}
      keepsFocus
      busy={decision.busy === 'report'}
      disabled={!awake || isOff(decision, 'report')}
      onClick={onReport}
    >
      {t('report')}
    </Button>
  )
}
