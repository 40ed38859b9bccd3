import { expect, test } from 'vitest'
import type { Problem } from '@/lib/wire'
import { ApiError, NetworkError } from '../api'
import { failureOf, triesLeft } from './consume-faults'

function refusal(code: Problem['code'], more: Partial<Problem> = {}): ApiError {
  return new ApiError({ type: 'about:blank', title: code, status: 400, code, ...more })
}

const wrongCode = (triesLeft: number) => refusal('proof_failed', { proof: 'code', triesLeft })

test('a wrong code may be typed again while there are tries', () => {
  expect([2, 1, 0].map((left) => triesLeft(wrongCode(left)))).toEqual([2, 1, 0])
  expect(failureOf(wrongCode(0))).toBe('proof_tries')
})

test('a request that ended meanwhile says why', () => {
  const error = refusal('wrong_state', { requestStatus: 'rejected', reason: 'declined' })
  expect(triesLeft(error)).toBe(0)
  expect(failureOf(error)).toBe('declined')
})

test('an account with too many sign-ins says so', () => {
  expect(failureOf(refusal('too_many_sign_ins', { retryAfter: 600 }))).toBe('too_many_sign_ins')
})

test.each([refusal('expired'), refusal('not_found'), new NetworkError('no answer')])(
  '%s gives no reason',
  (error) => {
    expect(failureOf(error)).toBe('failed')
  },
)
