import { expect, test } from 'vitest'
import { digitsOf } from './six-digits'

test.each([
  ['471902', '471902'],
  ['471 902', '471902'],
  [' 471-902\n', '471902'],
  ['４７１９０２', '471902'],
  ['Your code: 012345', '012345'],
  ['4719025', '471902'],
  ['47', '47'],
  ['none', ''],
])('%j is %j', (text, digits) => {
  expect(digitsOf(text)).toBe(digits)
})
