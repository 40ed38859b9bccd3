import type { useTranslations } from 'next-intl'
import type { DeviceView } from '@/lib/wire'

export type NamedDevice = Omit<DeviceView, 'name'> & { name?: string | null }

type Translate = ReturnType<typeof useTranslations<'device'>>

/** "Chrome on Windows", or the name that its owner gave it, or whatever is known. */
export function deviceName(device: NamedDevice, t: Translate): string {
  const { name, browser, system } = device
  if (name) return name
  if (browser && system) return t('browserOnSystem', { browser, system })
  return browser ?? system ?? t(device.kind)
}
