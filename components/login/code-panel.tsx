'use client'
import { CloudOff, Clock, ShieldX, WifiOff, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import type { Fault } from '../retrying'
import { Button } from '../ui/button'
import { Check } from './check'
import { CodeField } from './code-field'
import { Plate } from './plate'
import { Person } from './person'
import { ShownNumber } from './shown-number'
import type { LoginRequest } from './use-login-request'

const FAULT_ICONS = { offline: WifiOff, unreachable: CloudOff, trouble: CloudOff, limited: Clock } as const

interface Props {
  request: LoginRequest
  /** The pressed button goes away with its press, so that the focus needs another place. */
  onPressed: () => void
}

/** The square in the middle: the code, or what took its place. It has one size in every state. */
export function CodePanel({ request, onPressed }: Props) {
  return <div className="relative aspect-square w-full">{content(request, onPressed)}</div>
}

function content(request: LoginRequest, onPressed: () => void): ReactNode {
  const { phase, fault, code, dead } = request
  const press = (act: () => void) => () => {
    act()
    onPressed()
  }
  const again = press(request.again)
  const notMe = press(request.notMe)
  switch (phase.name) {
    case 'opening':
    case 'new': {
      const scannable = phase.name === 'new' && fault === null && !dead
      return (
        <Plate value={code?.qr} dimmed={!scannable}>
          {fault && <FaultIcon fault={fault} />}
        </Plate>
      )
    }
    case 'scanned':
      if (phase.number === undefined)
        return (
          <Person scanner={phase.scanner}>
            <NotMe onPress={notMe} />
          </Person>
        )
      return (
        <ShownNumber number={phase.number} scanner={phase.scanner}>
          <NotMe onPress={notMe} />
        </ShownNumber>
      )
    case 'owed':
      return (
        <CodeField typing={request.typing} scanner={phase.scanner}>
          <NotMe onPress={notMe} />
        </CodeField>
      )
    case 'confirmed':
      return <Person scanner={phase.scanner} />
    case 'consumed':
      return <Check />
    case 'rejected':
      return <Stopped quiet={phase.reason === 'declined'} onPress={again} />
    case 'stale':
      return (
        <Plate value={code?.qr} dimmed>
          <NewCode onPress={again} />
        </Plate>
      )
  }
}

function FaultIcon({ fault }: { fault: Fault }) {
  const Icon = FAULT_ICONS[fault.kind]
  return (
    <span className="rounded-full bg-white p-5 text-[#57504a]">
      <Icon className="size-10" aria-hidden="true" />
    </span>
  )
}

function NotMe({ onPress }: { onPress: () => void }) {
  const t = useTranslations('login')
  return (
    <Button variant="quiet" onClick={onPress}>
      {t('notMe')}
    </Button>
  )
}

function NewCode({ onPress }: { onPress: () => void }) {
  const t = useTranslations('login')
  return <Button onClick={onPress}>{t('newCode')}</Button>
}

function Stopped({ quiet, onPress }: { quiet: boolean; onPress: () => void }) {
  const Icon = quiet ? X : ShieldX
  return (
    <div className="absolute inset-0 flex animate-appear flex-col items-center justify-center gap-8 rounded-card bg-sunken">
      <Icon className="size-16 text-soft" strokeWidth={1.5} aria-hidden="true" />
      <NewCode onPress={onPress} />
    </div>
  )
}
