'use client'
import type { RefObject } from 'react'
import { AskedActions } from './asked-actions'
import { DoneActions } from './done-actions'
import { EndActions } from './end-actions'
import { NumberActions } from './number-actions'
import type { Decision } from './use-decision'
import type { ScanState } from './scan-state'

interface Props {
  id: string
  state: ScanState
  decision: Decision
  numbersRef: RefObject<HTMLDivElement | null>
  onApprove: (number?: number) => void
  onAgain: () => void
}

/** The bar at the bottom of the card, where a thumb is. */
export function ScanActions(props: Props) {
  const { state } = props
  const asks = state.name === 'asked' && (state.scanned.choices ? 'number' : 'approval')
  return (
    <div
      data-bar={asks || undefined}
      className="sticky bottom-0 -mx-6 mt-auto rounded-b-card border-t border-transparent bg-surface px-6 pt-4 pb-[max(1rem,env(safe-area-inset-bottom))] data-bar:border-line data-bar:pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:-mx-8 sm:px-8 short:pt-3 max-sm:short:-mx-4 max-sm:short:px-4"
    >
      <Actions {...props} />
    </div>
  )
}

function Actions({ id, state, decision, numbersRef, onApprove, onAgain }: Props) {
  switch (state.name) {
    case 'checking':
      return null
    case 'asked': {
      const { choices } = state.scanned
      const onDecline = () => decision.decline(state.scanned)
      const onReport = () => decision.report(state.scanned)
      return choices ? (
        <NumberActions
          choices={choices}
          decision={decision}
          groupRef={numbersRef}
          onTap={onApprove}
          onDecline={onDecline}
          onReport={onReport}
        />
      ) : (
        <AskedActions
          decision={decision}
          onApprove={() => onApprove()}
          onDecline={onDecline}
          onReport={onReport}
        />
      )
    }
    case 'done':
    case 'owed':
    case 'over':
      return <DoneActions state={state} busy={decision.busy === 'undo'} onUndo={() => decision.undo(state)} />
    case 'end':
      return <EndActions end={state.end} id={id} onAgain={onAgain} />
  }
}
