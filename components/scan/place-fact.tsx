'use client'
import { useLocale, useTranslations } from 'next-intl'
import type { Scanned } from '@/lib/wire'
import { placeText } from '../place'
import { Difference } from './difference'

/** Where the asking device approximately is; nothing where places are not known at all. */
export function PlaceFact({ desktop, phone, differences }: Scanned) {
  const t = useTranslations('place')
  const locale = useLocale()
  const place = placeText(desktop.place, locale)
  const own = placeText(phone.place, locale)
  const isUndetermined = desktop.address === null || phone.address === null
  const isElsewhere = differences.includes('country')
  const distance = () => {
    if (isUndetermined) return t('undetermined')
    if (own === null) return t('far')
    return t(isElsewhere ? 'otherCountry' : 'notNear', { place: own })
  }
  return (
    <>
      {(place ?? own) !== null && <p>{place === null ? t('unknown') : t('approximate', { place })}</p>}
      {(isElsewhere || differences.includes('place')) && <Difference weight="grave">{distance()}</Difference>}
    </>
  )
}
