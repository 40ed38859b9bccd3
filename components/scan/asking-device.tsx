'use client'
import { useFormatter, useTranslations } from 'next-intl'
import { useState } from 'react'
import type { Scanned } from '@/lib/wire'
import { addressText } from '../address'
import { deviceName } from '../device-name'
import { DeviceIcon } from '../ui/device-icon'
import { Difference } from './difference'
import { PlaceFact } from './place-fact'

const JUST_NOW_MS = 60_000

/** The device that asks, and what of it is not as of this phone. */
export function AskingDevice({ scanned }: { scanned: Scanned }) {
  const { desktop, phone, differences, sameNetwork } = scanned
  const t = useTranslations('scan.confirm')
  const tDevice = useTranslations('device')
  const asked = useAskedWhen(desktop.askedAt)
  return (
    <div
      data-facts
      className="flex flex-col gap-1 rounded-card bg-sunken p-4 leading-6 short:gap-0 short:py-2"
    >
      <div className="flex gap-3">
        <DeviceIcon kind={desktop.kind} className="size-6 shrink-0" />
        <p className="min-w-0 text-lg leading-6 font-semibold">{deviceName(desktop, tDevice)}</p>
      </div>
      <PlaceFact {...scanned} />
      <p>
        <span>{desktop.address ? addressText(desktop.address, tDevice) : t('addressUnknown')}</span>
        <span aria-hidden="true"> · </span>
        <span className="inline-block">{asked}</span>
      </p>
      {phone.address && differences.includes('address') && (
        <Difference weight="mild">{t('otherAddress', { address: phone.address })}</Difference>
      )}
      {sameNetwork && <p>{t('sameNetwork')}</p>}
    </div>
  )
}

function useAskedWhen(askedAt: string): string {
  const t = useTranslations('scan.confirm')
  const format = useFormatter()
  const [now] = useState(() => Date.now())
  const at = new Date(askedAt)
  if (now - at.getTime() < JUST_NOW_MS) return t('askedNow')
  return t('asked', { when: format.relativeTime(at, now) })
}
