import { expect, test } from 'vitest'
import type { Status } from '@/lib/wire'
import {
  dueAt,
  isUndecided,
  latest,
  mayWait,
  nextReader,
  pauseBetween,
  type Reader,
  type Turn,
} from './reader'

const view = (status: Status, revision: number, more: object = {}) => ({
  id: 'a'.repeat(22),
  status,
  revision,
  expiresIn: 300,
  at: 1_000,
  ...more,
})

/** The readers that turns lead to, one after another. */
function readersAfter(start: Reader, turns: Turn[]): Reader[] {
  let reader = start
  return turns.map((turn) => (reader = nextReader(reader, turn)))
}

test('without a stream polls wait, and without that they don’t', () => {
  expect(readersAfter('events', ['retried', 'lost', 'hurried', 'lost'])).toEqual([
    'events',
    'long-poll',
    'poll',
    'poll',
  ])
})

test('while the stream is tried anew the polls go on, patiently if they may', () => {
  expect(readersAfter('poll', ['retried', 'hurried', 'lost', 'retried', 'heard'])).toEqual([
    'long-poll',
    'poll',
    'poll',
    'long-poll',
    'events',
  ])
})

test('a poll that fails late takes nothing from a stream that is back', () => {
  expect(nextReader('events', 'hurried')).toBe('events')
})

test.each([
  ['events', undefined, 0],
  ['events', 'new', 0],
  ['events', 'scanned', 0],
  ['events', 'confirmed', 1000],
  ['long-poll', 'new', 250],
  ['long-poll', 'confirmed', 1000],
  ['poll', undefined, 1000],
  ['poll', 'scanned', 1000],
  ['events', 'consumed', 0],
  ['long-poll', 'rejected', 0],
  ['poll', 'expired', 0],
] as const)('reading by %s, a request that is %s is asked for after %i ms', (reader, status, pause) => {
  expect(pauseBetween(reader, status, 1000)).toBe(pause)
})

test('people decide until the phone has approved', () => {
  const statuses = ['new', 'scanned', 'confirmed', 'consumed', 'rejected', 'expired'] as const
  expect(statuses.filter(isUndecided)).toEqual(['new', 'scanned'])
})

test('news is due with the next code, or with the end', () => {
  expect(dueAt(view('new', 1, { codeExpiresIn: 30 }))).toBe(31_000)
  expect(dueAt(view('scanned', 2, { expiresIn: 120 }))).toBe(121_000)
})

test('a poll waits only for what comes after something that is up to date', () => {
  const now = view('new', 1, { codeExpiresIn: 30 })
  expect(mayWait('long-poll', now, 30_999)).toBe(true)
  expect(mayWait('long-poll', now, 31_000)).toBe(false)
  expect(mayWait('long-poll', view('confirmed', 3), 2_000)).toBe(false)
  expect(mayWait('poll', now, 2_000)).toBe(false)
})

test('what comes late replaces nothing newer', () => {
  const [first, second] = [view('new', 1), view('scanned', 2)]
  expect(latest(undefined, first)).toBe(first)
  expect(latest(first, second)).toBe(second)
  expect(latest(second, first)).toBe(second)
})

test('an answer that a new code overtook does not bring the old one back', () => {
  const after = view('new', 1, { qr: 'b', expiresIn: 270 })
  expect(latest(after, view('new', 1, { qr: 'a', expiresIn: 271 }))).toBe(after)
})

test('a new code has the revision of the one before, and an end stays one', () => {
  const [before, after] = [view('new', 1, { qr: 'a' }), view('new', 1, { qr: 'b' })]
  expect(latest(before, after)).toBe(after)
  const expired = view('expired', 1, { expiresIn: 0 })
  expect(latest(before, expired)).toBe(expired)
  expect(latest(expired, before)).toBe(expired)
})
