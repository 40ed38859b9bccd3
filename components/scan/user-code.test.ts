import { expect, test } from 'vitest'
import { caretIn, formatUserCode } from './user-code'

test.each([
  ['bcdf', 'BCDF'],
  ['bcdfg', 'BCDF-G'],
  ['BCDF-GHJK', 'BCDF-GHJK'],
  [' bcdf ghjk ', 'BCDF-GHJK'],
  ['BCDF–GHJK.', 'BCDF-GHJK'],
  ['bcdfghjklm', 'BCDF-GHJK'],
  ['1234', ''],
])('%s is shown as %s', (typed, shown) => {
  expect(formatUserCode(typed)).toBe(shown)
})

test('the caret stays behind its letter', () => {
  expect(caretIn('BCDF-GHJK', 4)).toBe(4)
  expect(caretIn('BCDF-GHJK', 5)).toBe(6)
  expect(caretIn('BCD', 3)).toBe(3)
})
