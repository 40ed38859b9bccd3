import { expect, test } from 'vitest'
import type { Status } from '../wire'
import { allows, isFinal, MOVES, refusal, statusAt, type Actor, type Move } from './state'

const NOW = new Date('2026-03-01T12:00:00Z')
const STATUSES: Status[] = ['new', 'scanned', 'confirmed', 'consumed', 'rejected', 'expired']
const ACTORS: Actor[] = ['desktop', 'phone', 'server']

/** The whole truth, written out a second time: who may make which move in which status. */
const ALLOWED: Record<Move, [Actor, Status[]]> = {
  scan: ['phone', ['new']],
  rescan: ['phone', ['scanned']],
  confirm: ['phone', ['scanned']],
  decline: ['phone', ['scanned', 'confirmed']],
  wrong_number: ['phone', ['scanned']],
  consume: ['desktop', ['confirmed']],
  proof_tries: ['desktop', ['confirmed']],
  withdraw: ['desktop', ['new', 'scanned', 'confirmed']],
  not_me: ['desktop', ['scanned', 'confirmed']],
  supersede: ['desktop', ['new', 'scanned', 'confirmed']],
  end_session: ['server', ['scanned', 'confirmed']],
  relay: ['server', ['scanned', 'confirmed']],
}
const cases = STATUSES.flatMap((status) =>
  (Object.keys(MOVES) as Move[]).flatMap((move) => ACTORS.map((actor) => [status, move, actor] as const)),
)

test.each(cases)('%s × %s × %s', (status, move, actor) => {
  const [by, from] = ALLOWED[move]
  expect(allows(status, move, actor)).toBe(by === actor && from.includes(status))
})

test.each(STATUSES)('what a refused move in %s is told', (status) => {
  const codes = Object.fromEntries(
    (Object.keys(MOVES) as Move[]).map((move) => [move, refusal(status, move)]),
  )
  expect(codes).toMatchSnapshot()
})

test('every end has its reason, and nothing else has one', () => {
  for (const rule of Object.values(MOVES)) expect('reason' in rule).toBe(rule.to === 'rejected')
})

test.each(['new', 'scanned', 'confirmed'])('%s expires at the very moment that it was given', (state) => {
  expect(statusAt({ state, expiresAt: new Date(NOW.getTime() + 1) }, NOW)).toBe(state)
  expect(statusAt({ state, expiresAt: NOW }, NOW)).toBe('expired')
})

test.each(['consumed', 'rejected'])('%s stays what it is', (state) => {
  expect(statusAt({ state, expiresAt: new Date(0) }, NOW)).toBe(state)
})

test('readers stop at the ends alone', () => {
  expect(STATUSES.filter(isFinal)).toEqual(['consumed', 'rejected', 'expired'])
})
