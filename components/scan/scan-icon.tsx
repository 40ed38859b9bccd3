import { Check, Clock, Flag, Keyboard, LogOut, ScanLine, X } from 'lucide-react'
import type { ScanState } from './scan-state'

/** What the card is about at a glance; none beside the facts, which are to be read. */
export function ScanIcon({ state }: { state: ScanState }) {
  if (state.name === 'asked') return null
  const good = state.name === 'done'
  return (
    <span
      aria-hidden="true"
      className={`mx-auto mt-24 mb-6 short:mt-8 flex size-20 shrink-0 items-center justify-center rounded-full ${good ? 'bg-accent text-on-accent' : 'bg-sunken text-soft'} ${state.name === 'checking' ? 'animate-skeleton' : 'animate-appear'}`}
    >
      {iconOf(state)}
    </span>
  )
}

function iconOf(state: Exclude<ScanState, { name: 'asked' }>) {
  const look = { className: 'size-9', strokeWidth: 1.75 }
  switch (state.name) {
    case 'checking':
      return <ScanLine {...look} />
    case 'done':
      return <Check {...look} />
    case 'owed':
      return <Keyboard {...look} />
    case 'over':
      return <Clock {...look} />
    case 'end':
      if (state.end === 'approved') return <Check {...look} />
      if (state.end === 'reported' || state.end === 'blocked') return <Flag {...look} />
      if (state.end === 'taken_back') return <LogOut {...look} />
      return state.end === 'expired' ? <Clock {...look} /> : <X {...look} />
  }
}
