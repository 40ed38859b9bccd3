'use client'
import { useTranslations } from 'next-intl'
import { Button, ButtonLink } from '../ui/button'
import type { ScanState } from './scan-state'

interface Props {
  state: Extract<ScanState, { name: 'done' | 'owed' | 'over' }>
  busy: boolean
  onUndo: () => void
}

/** What is left after the approval: going on, and taking it back. */
export function DoneActions({ state, busy, onUndo }: Props) {
  const t = useTranslations('scan')
  return (
    <div className="flex flex-col gap-3">
      {state.name === 'done' && <ButtonLink href="/">{t('done.home')}</ButtonLink>}
      {state.name === 'over' && <ButtonLink href="/scan">{t('action.scan')}</ButtonLink>}
      <Button variant="quiet" keepsFocus busy={busy} onClick={onUndo}>
        {t(state.name === 'owed' ? 'owed.undo' : 'done.undo')}
      </Button>
    </div>
  )
}
