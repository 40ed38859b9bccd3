import { expect, test } from 'vitest'
import type { Place } from '@/lib/wire'
import { placeText } from './place'

const UTRECHT: Place = { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' }

test.each([
  ['a city in its country', UTRECHT, 'en', 'Utrecht, Netherlands'],
  ['the larger one first in Chinese', UTRECHT, 'zh', '荷兰乌得勒支'],
  ['a country alone', { ...UTRECHT, city: null }, 'en', 'Netherlands'],
  ['a city alone', { ...UTRECHT, country: null }, 'zh', '乌得勒支'],
  [
    'a city that is its country',
    { city: { en: 'Singapore', zh: '新加坡' }, country: 'SG' },
    'en',
    'Singapore',
  ],
  ['nothing known', { city: null, country: null }, 'en', null],
  ['no place', null, 'en', null],
])('%s', (_, place, locale, text) => {
  expect(placeText(place, locale)).toBe(text)
})
