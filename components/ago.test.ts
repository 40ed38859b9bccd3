import { createFormatter, createTranslator } from 'next-intl'
import { expect, test } from 'vitest'
import messages from '@/lib/i18n/en.json'
import { ago } from './ago'

const format = createFormatter({ locale: 'en' })
const t = createTranslator({ locale: 'en', messages, namespace: 'when' })
const now = new Date('2026-03-01T12:00:00Z')

test.each([
  ['2026-03-01T11:59:30Z', 'just now'],
  ['2026-03-01T12:05:00Z', 'just now'],
  ['2026-03-01T11:50:00Z', '10 minutes ago'],
  ['2026-02-27T12:00:00Z', '2 days ago'],
])('%s is %s', (date, words) => {
  expect(ago(new Date(date), now, format, t)).toBe(words)
})
