import { expect, test } from 'vitest'
import { clockText } from './clock'

const NOW = new Date('2026-03-01T12:00:00Z')
const said = (at: string, locale = 'en', zone = 'UTC') =>
  clockText(new Date(at), NOW, locale, zone).replace(/\s/g, ' ')

test.each([
  ['2026-03-01T12:04:00Z', 'today 12:04 PM'],
  ['2026-03-01T00:00:00Z', 'today 12:00 AM'],
  ['2026-02-28T23:59:00Z', 'yesterday 11:59 PM'],
  ['2026-03-02T12:04:00Z', 'tomorrow 12:04 PM'],
  ['2026-02-27T12:04:00Z', 'Feb 27, 2026, 12:04 PM'],
])('%s is %s', (at, text) => {
  expect(said(at)).toBe(text)
})

test('a day ends where the reader is, not where the server is', () => {
  expect(said('2026-03-01T23:30:00Z', 'en', 'Asia/Tokyo')).toBe('tomorrow 8:30 AM')
  expect(said('2026-03-01T03:30:00Z', 'en', 'America/New_York')).toBe('yesterday 10:30 PM')
})

test('it is said in the reader’s language', () => {
  expect(said('2026-03-01T12:04:00Z', 'zh')).toBe('今天 12:04')
})
