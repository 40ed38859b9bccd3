'use client'
import { useTranslations } from 'next-intl'
import { QRCodeSVG } from 'qrcode.react'
import type { ReactNode } from 'react'

interface Props {
  /** What the code says; a skeleton stands in until there is one. */
  value: string | undefined
  /** Not to be scanned now: made unreadable, and no image to those who can't see it. */
  dimmed: boolean
  /** Stands over the dimmed code. */
  children?: ReactNode
}

/** A code, dark on white in dark mode too, with the quiet zone of 4 modules that ISO/IEC 18004 wants. */
export function Plate({ value, dimmed, children }: Props) {
  const t = useTranslations('login')
  if (value === undefined) return <Skeleton>{children}</Skeleton>
  return (
    <div className="absolute inset-0 overflow-hidden rounded-card border border-line bg-white">
      <QRCodeSVG
        value={value}
        level="M"
        marginSize={4}
        fgColor="#14110f"
        aria-label={t('image')}
        aria-hidden={dimmed}
        className={`size-full transition duration-150 ${dimmed ? 'opacity-15 blur-[6px]' : ''}`}
      />
      <div className="absolute inset-0 flex items-center justify-center empty:hidden">{children}</div>
    </div>
  )
}

function Skeleton({ children }: { children?: ReactNode }) {
  return (
    <div className="absolute inset-0 flex items-center justify-center rounded-card border border-line bg-sunken">
      {children ?? <span className="size-1/2 animate-skeleton rounded-card bg-line" aria-hidden="true" />}
    </div>
  )
}
