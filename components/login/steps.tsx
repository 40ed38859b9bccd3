'use client'
import { Check } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { Phase } from './phase'

const STEPS = ['step1', 'step2', 'step3'] as const

/** How many of the steps lie behind the person. */
const DONE: Partial<Record<Phase['name'], number>> = { scanned: 2, owed: 3, confirmed: 3, consumed: 3 }

export function Steps({ phase }: { phase: Phase }) {
  const t = useTranslations('login')
  const done = DONE[phase.name] ?? 0
  return (
    <ol className="flex flex-col gap-4 sm:h-68 sm:justify-center sm:gap-6">
      {STEPS.map((step, index) => (
        <li key={step} className={`flex items-start gap-4 ${index < done ? 'text-soft' : ''}`}>
          <span
            aria-hidden="true"
            className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-wash font-semibold text-accent"
          >
            {index < done ? <Check className="size-4" strokeWidth={3} /> : index + 1}
          </span>
          <span className="pt-0.5 text-lg leading-7">{t(step)}</span>
        </li>
      ))}
    </ol>
  )
}
