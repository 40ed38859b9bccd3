'use client'
import { useState } from 'react'
import type { Kind, Stay } from '@/lib/wire'

export interface Choice {
  stay: Stay
  kind: Kind
}

const DEFAULT: Choice = { stay: '12h', kind: 'derived' }
const LONGER: readonly Stay[] = ['7d', '30d']

/** What was chosen for this request in this tab: changing the language, or a reload, begins the card anew. */
function stored(key: string): Choice {
  if (typeof window === 'undefined') return DEFAULT
  try {
    const [stay, kind] = (sessionStorage.getItem(key) ?? '').split(' ')
    return {
      stay: LONGER.find((longer) => longer === stay) ?? DEFAULT.stay,
      kind: kind === 'independent' ? kind : DEFAULT.kind,
    }
  } catch {
    return DEFAULT
  }
}

export function useChoice(id: string) {
  const key = `choice ${id}`
  const [choice, setChoice] = useState(() => stored(key))

  function choose(next: Choice) {
    setChoice(next)
    try {
      sessionStorage.setItem(key, `${next.stay} ${next.kind}`)
    } catch {
      // Without storage the choice lasts as long as the card.
    }
  }

  return [choice, choose] as const
}
