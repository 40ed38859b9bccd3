import { beforeEach, describe, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { isAppError } from '../errors'
import { endHeld, heldCount, hold, requireRoom } from './held'

const HERE = '192.0.2.1'
const THERE = '192.0.2.2'

const HELD = Symbol.for('qr-login.held')
const shared = globalThis as { [HELD]?: { byAddress: Map<string, number> } }
let releases: (() => void)[] = []

// A server that closes does so for good: each test has one of its own.
beforeEach(() => {
  delete shared[HELD]
  releases = []
  vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
})

function take(bucket: string, count = 1): void {
  for (let i = 0; i < count; i++) {
    requireRoom(bucket)
    releases.push(hold(bucket, () => {}, 'poll'))
  }
}

/** What a refused caller is told. */
function refusal(bucket: string) {
  try {
    requireRoom(bucket)
  } catch (error) {
    if (isAppError(error)) return [error.code, error.extras.retryAfter]
    throw error
  }
  return null
}

describe('one address', () => {
  test('has a thousand places, and others have theirs', () => {
    take(HERE, 1_000)
    expect(refusal(HERE)).toEqual(['rate_limited', 30])
    expect(refusal(THERE)).toBeNull()
  })

  test('may have more in a load test', () => {
    vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(2)
    take(HERE, 1_001)
    expect(refusal(HERE)).toBeNull()
  })

  test('gets back a place that became free, and only that one', () => {
    take(HERE, 1_000)
    releases.pop()!()
    take(HERE)
    expect(refusal(HERE)).toEqual(['rate_limited', 30])
  })
})

describe('the server', () => {
  test('has so many places in all, whoever asks', () => {
    vi.spyOn(settings(), 'maxStreams', 'get').mockReturnValue(2)
    take(HERE)
    take(THERE)
    expect(refusal('192.0.2.3')).toEqual(['busy', 30])
    releases.pop()!()
    expect(refusal('192.0.2.3')).toBeNull()
  })

  test('may have none at all', () => {
    vi.spyOn(settings(), 'maxStreams', 'get').mockReturnValue(0)
    expect(refusal(HERE)).toEqual(['busy', 30])
  })

  test('that stops ends all that is held, and holds nothing more', () => {
    const ended: string[] = []
    for (const name of ['a', 'b']) {
      const end = () => {
        ended.push(name)
        release()
      }
      const release = hold(HERE, end, 'events')
    }
    endHeld()
    expect(ended).toEqual(['a', 'b'])
    expect(heldCount()).toBe(0)
    expect(refusal(HERE)).toEqual(['busy', 30])
  })

  test('ends at once what was let in just before it stopped, or beyond its places in a crowd', async () => {
    vi.spyOn(settings(), 'maxStreams', 'get').mockReturnValue(1)
    const ended: string[] = []
    hold(HERE, () => ended.push('first'), 'events')
    hold(HERE, () => ended.push('crowd'), 'poll')
    await Promise.resolve()
    expect(ended).toEqual(['crowd'])
    endHeld()
    ended.splice(0)
    hold(HERE, () => ended.push('late'), 'poll')
    await Promise.resolve()
    expect(ended).toEqual(['late'])
  })
})

test('counts come back to nothing, also where a place is given back twice', () => {
  take(HERE, 3)
  take(THERE, 2)
  expect(heldCount()).toBe(5)
  releases[0]!()
  releases[0]!()
  expect(heldCount()).toBe(4)
  for (const release of releases) release()
  expect(heldCount()).toBe(0)
  expect(shared[HELD]?.byAddress.size).toBe(0)
})
