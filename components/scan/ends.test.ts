import { expect, test } from 'vitest'
import type { Problem } from '@/lib/wire'
import { ApiError, NetworkError } from '../api'
import { endOf } from './ends'

function refusal(code: Problem['code'], more: Partial<Problem> = {}): ApiError {
  return new ApiError({ type: 'about:blank', title: code, status: 400, code, ...more })
}

test.each([
  ['expired', 'expired'],
  ['already_scanned', 'already_scanned'],
  ['already_used', 'already_used'],
  ['not_found', 'not_found'],
  ['sign_in_required', 'session_ended'],
  ['refused', 'refused'],
  ['cross_site', 'failed'],
] as const)('%s ends as %s', (code, end) => {
  expect(endOf(refusal(code))).toBe(end)
})

test('a rejected request ends with its reason', () => {
  expect(endOf(refusal('wrong_state', { requestStatus: 'rejected', reason: 'withdrawn' }))).toBe('withdrawn')
})

test('so does one that a wrong number ended just now', () => {
  const more = { proof: 'number', requestStatus: 'rejected', reason: 'wrong_number' } as const
  expect(endOf(refusal('proof_failed', more))).toBe('wrong_number')
})

test('a spent scan token means that another tab scanned again', () => {
  expect(endOf(refusal('wrong_state', { requestStatus: 'scanned' }))).toBe('outdated')
})

test('a reload after approving says so', () => {
  expect(endOf(refusal('wrong_state', { requestStatus: 'confirmed' }))).toBe('approved')
})

test('no answer is a failure', () => {
  expect(endOf(new NetworkError('no answer'))).toBe('failed')
})
