import type { Place } from '@/lib/wire'
import type { useTranslations } from 'next-intl'
import { addressText } from './address'
import { placeText } from './place'

type Translate = ReturnType<typeof useTranslations<'device'>>

interface Where {
  address: string | null
  place: Place | null
}

/** "Utrecht, Netherlands · 203.0.113.7", as far as it is known; null where nothing is. */
export function whereText({ address, place }: Where, locale: string, t: Translate): string | null {
  const parts = [placeText(place, locale), address && addressText(address, t)]
  return parts.filter(Boolean).join('\u00a0· ') || null
}
