import { expect, test } from 'vitest'
import { loggedPath } from './log'

test('the rotating code is not logged, nor is a query', () => {
  expect(loggedPath('/scan/AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBB')).toBe('/scan/AAAAAAAAAAAAAAAAAAAAAA.[code]')
  expect(loggedPath('/signin?next=/scan/AAAA.BBBB')).toBe('/signin')
  expect(loggedPath('/api/login/AAAA')).toBe('/api/login/AAAA')
})
