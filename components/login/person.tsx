'use client'
import type { ReactNode } from 'react'
import type { Scanner } from '@/lib/wire'

interface Props {
  scanner?: Scanner
  children?: ReactNode
}

/** Who scanned, as far as this browser may know. */
export function Person({ scanner, children }: Props) {
  return (
    <div className="absolute inset-0 flex animate-appear flex-col items-center justify-center gap-5 rounded-card bg-sunken p-4">
      <div className="relative my-3 size-20">
        <span
          className="absolute inset-0 animate-pulse-ring rounded-full border-2 border-accent"
          aria-hidden="true"
        />
        <span className="absolute inset-0 flex items-center justify-center rounded-full bg-accent text-3xl font-semibold text-on-accent">
          {scanner?.initials}
        </span>
      </div>
      {scanner?.name && <p className="max-w-full truncate text-lg font-semibold">{scanner.name}</p>}
      <div className="min-h-12">{children}</div>
    </div>
  )
}

/** The same above what has to be done now. */
export function PersonLine({ scanner }: Pick<Props, 'scanner'>) {
  return (
    <p className="flex max-w-full items-center gap-2">
      <span className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent text-sm font-semibold text-on-accent">
        {scanner?.initials}
      </span>
      {scanner?.name && <span className="truncate font-semibold">{scanner.name}</span>}
    </p>
  )
}
