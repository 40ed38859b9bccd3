'use client'
import type { ReactNode } from 'react'
import type { Scanner } from '@/lib/wire'
import { PersonLine } from './person'

interface Props {
  number: number
  scanner?: Scanner
  children: ReactNode
}

/** The number to tap on the phone, to be read across a desk. The live region says it. */
export function ShownNumber({ number, scanner, children }: Props) {
  return (
    <div className="absolute inset-0 flex animate-appear flex-col items-center justify-between rounded-card bg-sunken p-4">
      <PersonLine scanner={scanner} />
      <p aria-hidden="true" dir="ltr" className="text-8xl leading-none font-semibold tabular-nums">
        {number}
      </p>
      {children}
    </div>
  )
}
