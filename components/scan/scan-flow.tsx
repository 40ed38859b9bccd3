'use client'
import { useTranslations } from 'next-intl'
import { useRef, type RefObject } from 'react'
import { useReauthentication } from '../account/use-reauthentication'
import { deviceName } from '../device-name'
import type { Fault } from '../retrying'
import { Again } from '../ui/again'
import { Card, Title } from '../ui/card'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'
import { Asked } from './asked'
import { AskedActions } from './asked-actions'
import { DoneActions } from './done-actions'
import { EndActions } from './end-actions'
import { ScanIcon } from './scan-icon'
import { useChoice } from './use-choice'
import { useDecision } from './use-decision'
import { useScan, type ScanState } from './use-scan'

/** The signed-in phone's side: who asks, the decision, and how it ended. One card that keeps its size. */
export function ScanFlow({ id, code }: { id: string; code?: string }) {
  const { state, setState, fault, again } = useScan(id, code)
  const { guard, dialog } = useReauthentication()
  const decision = useDecision(state, setState, guard)
  const [choice, choose] = useChoice(id)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(state.name, title)

  return (
    <Card className="flex min-h-[38rem] flex-1 flex-col pb-0 sm:my-auto sm:flex-none sm:pb-4 short:min-h-0 short:pt-4 max-sm:short:px-4 noscript:hidden">
      <ScanIcon state={state} />
      {state.name === 'asked' && (
        <Asked scanned={state.scanned} choice={choice} onChoose={choose} titleRef={title} />
      )}
      <Words state={state} fault={fault ?? decision.fault} error={decision.error} titleRef={title} />
      {fault?.kind === 'limited' && (
        <div className="text-center">
          <Again until={fault.until} />
        </div>
      )}
      <div
        data-bar={state.name === 'asked' || undefined}
        className="sticky bottom-0 -mx-6 mt-auto rounded-b-card border-t border-transparent bg-surface px-6 pt-4 pb-[max(1rem,env(safe-area-inset-bottom))] data-bar:border-line sm:-mx-8 sm:px-8 short:pt-3 max-sm:short:-mx-4 max-sm:short:px-4"
      >
        {state.name === 'asked' && (
          <AskedActions
            busy={decision.busy}
            waiting={decision.fault !== null}
            onApprove={() => void decision.approve(state.scanned, choice)}
            onDecline={() => void decision.decline(state.scanned)}
          />
        )}
        {state.name === 'done' && (
          <DoneActions
            busy={decision.busy === 'undo'}
            onUndo={() => void decision.undo(state.scanned, state.usableUntil)}
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
  titleRef: RefObject<HTMLHeadingElement | null>
}

/** The live region. While the facts are shown it only speaks of what went wrong; else it is the card's content. */
function Words({ state, fault, error, titleRef }: WordsProps) {
  const asked = state.name === 'asked'
  return (
    <div
      role="status"
      aria-live="polite"
      className={asked ? 'mt-2 min-h-6 text-danger short:mt-1' : 'text-center'}
    >
      <Heading state={state} titleRef={titleRef} />
      <Body state={state} fault={fault} error={error} />
    </div>
  )
}

function Heading({ state, titleRef }: Pick<WordsProps, 'state' | 'titleRef'>) {
  const t = useTranslations('scan')
  if (state.name === 'asked') return null
  const words = {
    checking: () => t('checking'),
    done: () => t('done.title'),
    end: () => t(`end.${(state as Extract<ScanState, { name: 'end' }>).end}.title`),
  }
  return <Title ref={titleRef}>{words[state.name]()}</Title>
}

function Body({ state, fault, error }: Omit<WordsProps, 'titleRef'>) {
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
