import { Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

/** Another address is common, on mobile data for one; another country is not. */
const LOOKS = {
  grave: { Icon: TriangleAlert, className: 'font-semibold text-danger-strong' },
  mild: { Icon: Info, className: 'text-caution' },
}

/** A fact of the asking device that is not this phone's own: told by icon, words and colour. */
export function Difference({ weight, children }: { weight: keyof typeof LOOKS; children: ReactNode }) {
  const { Icon, className } = LOOKS[weight]
  return (
    <p className={`flex gap-2 ${className}`}>
      <Icon className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
      <span className="min-w-0">{children}</span>
    </p>
  )
}
