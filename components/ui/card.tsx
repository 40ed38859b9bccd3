import type { ComponentProps, ReactNode } from 'react'

interface Props {
  children: ReactNode
  /** The widest it gets. */
  width?: 'narrow' | 'medium' | 'wide'
  className?: string
}

const WIDTHS = { narrow: 'max-w-md', medium: 'max-w-xl', wide: 'max-w-[44rem]' } as const

/** The one raised surface of a page. */
export function Card({ children, width = 'narrow', className = '' }: Props) {
  return (
    <div
      className={`mx-auto w-full ${WIDTHS[width]} rounded-card border border-line bg-surface p-6 shadow-card sm:p-8 ${className}`}
    >
      {children}
    </div>
  )
}

/** With a `ref` it can be given the focus, where the control that had it goes away. */
export function Title({ className = '', ...props }: ComponentProps<'h1'>) {
  return (
    <h1
      tabIndex={props.ref ? -1 : undefined}
      {...props}
      className={`text-2xl leading-tight font-semibold tracking-tight outline-none ${className}`}
    />
  )
}
