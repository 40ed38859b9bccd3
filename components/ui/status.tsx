import type { ReactNode } from 'react'

/**
 * The page's one live region. It stays in place while its words change, since a region that appears together with
 * its words is not announced.
 */
export function Status({ children, className = '' }: { children: ReactNode; className?: string }) {
  return (
    <p role="status" aria-live="polite" className={className}>
      {children}
    </p>
  )
}
