import type { Place } from '@/lib/wire'

/** "Utrecht, Netherlands", or in Chinese 荷兰乌得勒支: the larger one first there. Null where neither is known. */
export function placeText(place: Place | null, locale: string): string | null {
  if (!place) return null
  const isChinese = locale.startsWith('zh')
  const city = place.city?.[isChinese ? 'zh' : 'en']
  const country = place.country && new Intl.DisplayNames([locale], { type: 'region' }).of(place.country)
  // Of a city that is its country, like Singapore, the name is enough.
  if (!city || !country || city === country) return city ?? country ?? null
  return isChinese ? `${country}${city}` : `${city}, ${country}`
}
