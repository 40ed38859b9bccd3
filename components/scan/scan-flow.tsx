'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useReauthentication } from '../account/use-reauthentication'
import { deviceName } from '../device-name'
import type { Fault } from '../retrying'
import { Again } from '../ui/again'
import { Card, Title } from '../ui/card'
import { useErrorText } from '../use-error-text'
import { Asked } from './asked'
import { AskedActions } from './asked-actions'
import { DoneActions } from './done-actions'
import { EndActions } from './end-actions'
import { ScanIcon } from './scan-icon'
import { useDecision, type Choice } from './use-decision'
import { useScan, type ScanState } from './use-scan'

/** The signed-in phone's side: who asks, the decision, and how it ended. One card that keeps its size. */
export function ScanFlow({ id, code }: { id: string; code?: string }) {
  const { state, setState, fault, again } = useScan(id, code)
  const { guard, dialog } = useReauthentication()
  const decision = useDecision(state, setState, guard)
  const [choice, setChoice] = useState<Choice>({ stay: '12h', kind: 'derived' })

  return (
    <Card className="flex min-h-[38rem] flex-1 flex-col sm:my-auto sm:flex-none">
      <ScanIcon state={state} />
      {state.name === 'asked' && <Asked scanned={state.scanned} choice={choice} onChoose={setChoice} />}
      <Words state={state} fault={fault} error={decision.error} />
      {fault?.kind === 'limited' && (
        <div className="text-center">
          <Again until={fault.until} />
        </div>
      )}
      <div className="sticky bottom-0 mt-auto bg-surface pt-4 pb-[env(safe-area-inset-bottom)]">
        {state.name === 'asked' && (
          <AskedActions
            busy={decision.busy}
            onApprove={() => void decision.approve(state.scanned, choice)}
            onDecline={() => void decision.decline(state.scanned)}
          />
        )}
        {state.name === 'done' && (
          <DoneActions
            busy={decision.busy === 'undo'}
            onUndo={() => void decision.undo(id, state.scanToken)}
          />
        )}
        {state.name === 'end' && <EndActions end={state.end} id={id} onAgain={again} />}
      </div>
      {dialog}
    </Card>
  )
}

interface WordsProps {
  state: ScanState
  fault: Fault | null
  error: unknown
}

/** The live region. While the facts are shown it only speaks of what went wrong; else it is the card's content. */
function Words({ state, fault, error }: WordsProps) {
  const asked = state.name === 'asked'
  return (
    <div role="status" aria-live="polite" className={asked ? 'mt-2 min-h-6 text-danger' : 'text-center'}>
      <Heading state={state} />
      <Body state={state} fault={fault} error={error} />
    </div>
  )
}

function Heading({ state }: { state: ScanState }) {
  const t = useTranslations('scan')
  if (state.name === 'asked') return null
  const words = {
    checking: () => t('checking'),
    done: () => t('done.title'),
    end: () => t(`end.${(state as Extract<ScanState, { name: 'end' }>).end}.title`),
  }
  return <Title>{words[state.name]()}</Title>
}

function Body({ state, fault, error }: WordsProps) {
  const t = useTranslations('scan')
  const tFaults = useTranslations('faults')
  const tDevice = useTranslations('device')
  const errorText = useErrorText()
  const words = [
    fault && tFaults(fault.kind),
    state.name === 'done' && t('done.body', { device: deviceName(state.scanned.desktop, tDevice) }),
    state.name === 'end' && t(`end.${state.end}.body`),
    error !== undefined && errorText(error),
  ].filter((text) => typeof text === 'string')
  return words.map((text) => (
    <p key={text} className={state.name === 'asked' ? '' : 'mt-3 text-soft'}>
      {text}
    </p>
  ))
}
