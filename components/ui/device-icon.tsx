import { Globe, Monitor, Smartphone, Tablet } from 'lucide-react'
import type { DeviceKind } from '@/lib/wire'

const ICONS = { desktop: Monitor, phone: Smartphone, tablet: Tablet, other: Globe } as const

export function DeviceIcon({ kind, className }: { kind: DeviceKind; className?: string }) {
  const Icon = ICONS[kind]
  return <Icon className={className} strokeWidth={1.75} aria-hidden="true" />
}
