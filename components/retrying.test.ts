import { expect, test } from 'vitest'
import type { Problem } from '@/lib/wire'
import { ApiError, NetworkError } from './api'
import { faultOf, isPassing, pauseAfter, retrying } from './retrying'

function refusal(code: Problem['code'], retryAfter?: number): ApiError {
  return new ApiError({ type: 'about:blank', title: code, status: 400, code, retryAfter })
}

const half = () => 0.5

test('pauses grow and stay under 5 seconds', () => {
  const pauses = [0, 1, 2, 3, 4, 20].map((failures) => pauseAfter(new NetworkError(), failures, half))
  expect(pauses).toEqual([875, 1750, 3500, 4375, 4375, 4375])
})

test('a limit is waited out to its end, an absent database is asked again within 15 seconds', () => {
  expect(pauseAfter(refusal('rate_limited', 40), 0)).toBe(40_000)
  expect(pauseAfter(refusal('unavailable', 40), 0)).toBe(15_000)
  expect(pauseAfter(refusal('unavailable', 2), 5)).toBe(2000)
})

test.each(['unavailable', 'busy', 'rate_limited', 'internal'] as const)('%s may pass', (code) => {
  expect(isPassing(refusal(code))).toBe(true)
})

test.each(['expired', 'not_found', 'cross_site'] as const)('%s will not pass', (code) => {
  expect(isPassing(refusal(code))).toBe(false)
})

test('a limit says until when', () => {
  const error = refusal('rate_limited', 7)
  expect(faultOf(error)).toEqual({ kind: 'limited', until: error.at + 7000 })
})

test('a refusal for good is thrown, and no fault is left standing', async () => {
  const faults: unknown[] = []
  const refused = retrying(() => Promise.reject(refusal('expired')), {
    signal: new AbortController().signal,
    onFault: (fault) => faults.push(fault),
  })
  await expect(refused).rejects.toMatchObject({ problem: { code: 'expired' } })
  expect(faults).toEqual([null])
})

test('nothing is said to a page that has gone', async () => {
  const gone = new AbortController()
  const faults: unknown[] = []
  const task = async () => {
    gone.abort(new Error('gone'))
    throw new NetworkError()
  }
  const retried = retrying(task, { signal: gone.signal, onFault: (fault) => faults.push(fault) })
  await expect(retried).rejects.toThrow('gone')
  expect(faults).toEqual([])
})
