import { expect, test } from 'vitest'
import { initialsOf } from './view'

test.each([
  ['Ada Lovelace', 'AL'],
  ['grace brewster hopper', 'GH'],
  ['Plato', 'P'],
  ['李白', '李'],
  ['  Ada  ', 'A'],
  ['👩‍🚀 Space', '👩S'],
])('the initials of %s are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
