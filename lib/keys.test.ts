import { afterEach, expect, test, vi } from 'vitest'
import { settings } from './env'
import { keyFor, mac, macs } from './keys'
import { currentCode, isLiveCode } from './login/code'
import { NOON } from './testing/people'

afterEach(() => vi.restoreAllMocks())
const useSecrets = (...secrets: [string, ...string[]]) =>
  vi.spyOn(settings(), 'authSecrets', 'get').mockReturnValue(secrets)

test('no key serves two purposes, and no two messages look alike', () => {
  expect(keyFor('code')).not.toBe(keyFor('ticket'))
  expect(mac('code', 'a').equals(mac('ticket', 'a'))).toBe(false)
  expect(mac('code', 'ab', 'c').equals(mac('code', 'a', 'bc'))).toBe(false)
})

test('what was signed before a rotation verifies until the old secret goes', () => {
  const request = { id: 'AAAAAAAAAAAAAAAAAAAAAA', createdAt: NOON }
  useSecrets('old'.repeat(12))
  const code = currentCode(request, NOON)
  useSecrets('new'.repeat(12), 'old'.repeat(12))
  expect(currentCode(request, NOON)).not.toBe(code)
  expect(isLiveCode(request, code, NOON)).toBe(true)
  expect(macs('code', 'x')).toHaveLength(2)
  useSecrets('new'.repeat(12))
  expect(isLiveCode(request, code, NOON)).toBe(false)
})
