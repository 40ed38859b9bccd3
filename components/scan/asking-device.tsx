'use client'
import { useFormatter, useTranslations } from 'next-intl'
import { useState } from 'react'
import type { AskingDevice as Asking } from '@/lib/wire'
import { addressText } from '../address'
import { deviceName } from '../device-name'
import { DeviceIcon } from '../ui/device-icon'

const JUST_NOW_MS = 60_000

export function AskingDevice({ device }: { device: Asking }) {
  const t = useTranslations()
  const tDevice = useTranslations('device')
  const name = deviceName(device, tDevice)
  const address = device.address ? addressText(device.address, tDevice) : t('scan.confirm.addressUnknown')
  const asked = useAskedWhen(device.askedAt)
  return (
    <div className="flex gap-4 rounded-card bg-sunken p-4 short:gap-3 short:py-2">
      <DeviceIcon kind={device.kind} className="mt-1 size-7 shrink-0" />
      <div className="min-w-0 leading-6">
        <p className="text-lg font-semibold">{name}</p>
        <p>{address}</p>
        <p>{asked}</p>
      </div>
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
