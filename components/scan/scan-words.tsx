'use client'
import { useTranslations } from 'next-intl'
import type { RefObject } from 'react'
import { deviceName } from '../device-name'
import type { Fault } from '../retrying'
import { Title } from '../ui/card'
import { useErrorText } from '../use-error-text'
import { passwordFault } from './approval'
import { OwedCode } from './owed-code'
import type { ScanState } from './scan-state'

interface Props {
  state: ScanState
  fault: Fault | null
  error: unknown
  titleRef: RefObject<HTMLHeadingElement | null>
}

/** The live region. While the facts are shown it only speaks of what went wrong; else it is the card's content. */
export function ScanWords({ state, fault, error, titleRef }: Props) {
  const asked = state.name === 'asked'
  return (
    <div
      role="status"
      aria-live="polite"
      className={asked ? 'mt-2 min-h-6 text-danger short:mt-1' : 'text-center'}
    >
      <Heading state={state} titleRef={titleRef} />
      <Body state={state} fault={fault} error={error} />
      {state.name === 'owed' && <OwedCode code={state.code} />}
    </div>
  )
}

function Heading({ state, titleRef }: Pick<Props, 'state' | 'titleRef'>) {
  const words = useHeading(state)
  return words === null ? null : <Title ref={titleRef}>{words}</Title>
}

function useHeading(state: ScanState): string | null {
  const t = useTranslations('scan')
  switch (state.name) {
    case 'asked':
      return null
    case 'checking':
      return t('checking')
    case 'done':
    case 'owed':
    case 'over':
      return t(`${state.name}.title`)
    case 'end':
      return t(`end.${state.end}.title`)
  }
}

function Body({ state, fault, error }: Omit<Props, 'titleRef'>) {
  const t = useTranslations('scan')
  const tFaults = useTranslations('faults')
  const tDevice = useTranslations('device')
  const errorText = useErrorText()
  // The password's field says for itself what is wrong with it.
  const failed = error !== undefined && passwordFault(error) === undefined
  const words = [
    fault && tFaults(fault.kind),
    state.name === 'done' && t('done.body', { device: deviceName(state.scanned.desktop, tDevice) }),
    (state.name === 'owed' || state.name === 'over') && t(`${state.name}.body`),
    state.name === 'end' && t(`end.${state.end}.body`),
    failed && errorText(error),
  ].filter((text) => typeof text === 'string')
  return words.map((text) => (
    <p key={text} className={state.name === 'asked' ? '' : 'mt-3 text-soft'}>
      {text}
    </p>
  ))
}
