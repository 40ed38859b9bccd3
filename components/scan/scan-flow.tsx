'use client'
import { useRef } from 'react'
import { useReauthentication } from '../account/use-reauthentication'
import { Again } from '../ui/again'
import { Card } from '../ui/card'
import { TimeLeft } from '../ui/time-left'
import { useLostFocus } from '../use-lost-focus'
import { Asked } from './asked'
import { PasswordProof } from './password-proof'
import { ScanActions } from './scan-actions'
import { ScanIcon } from './scan-icon'
import { ScanWords } from './scan-words'
import { useChoice } from './use-choice'
import { useDecision } from './use-decision'
import { useScan } from './use-scan'

/** The signed-in phone's side: who asks, the decision, and how it ended. One card that keeps its size. */
export function ScanFlow({ id, code }: { id: string; code?: string }) {
  const { state, setState, fault, again } = useScan(id, code)
  const { guard, dialog } = useReauthentication()
  const decision = useDecision(state, setState, guard)
  const [choice, choose] = useChoice(id)
  const title = useRef<HTMLHeadingElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const numbers = useRef<HTMLDivElement>(null)
  useLostFocus(state.name, title)

  function approve(number?: number) {
    if (state.name !== 'asked') return
    decision.approve(state.scanned, choice, { number, password: password.current?.value || undefined })
  }

  return (
    <Card className="flex min-h-[38rem] flex-1 flex-col pb-0 sm:my-auto sm:flex-none sm:pb-4 short:min-h-0 short:pt-4 max-sm:short:px-4 noscript:hidden">
      <ScanIcon state={state} />
      {state.name === 'asked' && (
        <Asked scanned={state.scanned} choice={choice} onChoose={choose} titleRef={title} />
      )}
      {state.name === 'asked' && decision.asksPassword && (
        <PasswordProof
          email={state.scanned.account.email}
          error={decision.error}
          inputRef={password}
          onEnter={() => numbers.current?.focus()}
        />
      )}
      <ScanWords state={state} fault={fault ?? decision.fault} error={decision.error} titleRef={title} />
      {fault?.kind === 'limited' && (
        <div className="text-center">
          <Again until={fault.until} />
        </div>
      )}
      {state.name === 'owed' && (
        <div className="mt-2 mb-6 text-center">
          <TimeLeft until={state.usableUntil} />
        </div>
      )}
      <ScanActions
        id={id}
        state={state}
        decision={decision}
        numbersRef={numbers}
        onApprove={approve}
        onAgain={again}
      />
      {dialog}
    </Card>
  )
}
