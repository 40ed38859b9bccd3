'use client'
import { useTranslations } from 'next-intl'
import { useId, type RefObject } from 'react'
import { Button } from '../ui/button'
import { ReportButton } from './report-button'
import { useAwake } from './use-awake'
import { isOff, type Decision } from './use-decision'

interface Props {
  choices: number[]
  decision: Decision
  /** The numbers as one, for the focus to come to. */
  groupRef: RefObject<HTMLDivElement | null>
  onTap: (number: number) => void
  onDecline: () => void
  onReport: () => void
}

/**
 * The approval is the tap on the number that the computer shows. A tap whose answer was lost can be repeated and not be
 * changed: of another number the server could only tell what became of the first one.
 */
export function NumberActions({ choices, decision, groupRef, onTap, onDecline, onReport }: Props) {
  const t = useTranslations('scan.confirm')
  const id = useId()
  const awake = useAwake()
  const { busy, tapped } = decision
  const lost = tapped !== undefined && busy === undefined
  return (
    <div className="flex flex-col gap-3">
      <p id={id} className="-mt-1 text-center font-medium short:text-sm">
        {lost ? t('numberAgain', { number: tapped }) : t('number')}
      </p>
      <div
        ref={groupRef}
        tabIndex={-1}
        role="group"
        aria-labelledby={id}
        className="grid grid-cols-3 gap-3 rounded-card"
      >
        {choices.map((number) => {
          const locked = tapped !== undefined && tapped !== number
          return (
            <Button
              key={number}
              dir="ltr"
              className={`min-h-16 text-3xl leading-none tabular-nums ${locked || !awake ? 'opacity-50' : ''}`}
              keepsFocus
              busy={busy === 'approve' && tapped === number}
              disabled={locked || !awake || isOff(decision, 'approve')}
              onClick={() => onTap(number)}
            >
              {number}
            </Button>
          )
        })}
      </div>
      <div className="grid gap-x-3 gap-y-1 short:grid-cols-3">
        <Button
          variant="strong"
          className="min-h-16 short:col-span-2"
          keepsFocus
          busy={busy === 'decline'}
          disabled={isOff(decision, 'decline')}
          onClick={onDecline}
        >
          {t('decline')}
        </Button>
        <ReportButton
          decision={decision}
          awake={awake}
          onReport={onReport}
          className="short:px-1 short:text-sm short:leading-tight"
        />
      </div>
    </div>
  )
}
