import { expect, test } from 'vitest'
import { hashUserCode, newUserCode, normalizeUserCode, userCodeHashes } from './user-code'

test('a user code has eight of the letters that are not mistaken for each other', () => {
  for (let i = 0; i < 100; i++)
    expect(newUserCode()).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
})

test.each(['bcdf-ghjk', 'BCDFGHJK', ' bcdf ghjk ', 'BCDF–GHJK'])('%s is the same code', (typed) => {
  expect(userCodeHashes(typed)).toEqual([hashUserCode('BCDF-GHJK')])
})

test.each(['', 'BCDF-GHJ', 'BCDF-GHJKL', 'ABCD-EFGH', '1234-5678'])('"%s" can be no code', (typed) => {
  expect(normalizeUserCode(typed)).toBeNull()
  expect(userCodeHashes(typed)).toEqual([])
})
