import { expect, test } from 'vitest'
import type { LoginView, Opened, Status } from '@/lib/wire'
import { phaseOf, type Known } from './phase'

const opened: Opened = {
  id: 'a'.repeat(22),
  qr: 'https://example.org/scan/x',
  userCode: 'BCDF-GHJK',
  expiresIn: 300,
  codeExpiresIn: 30,
  pollInterval: 1,
}

function known(
  status: Status | undefined,
  { reason, number, needs, ...more }: Partial<Known> & Pick<LoginView, 'reason' | 'number' | 'needs'> = {},
): Known {
  const view = status && { id: opened.id, status, revision: 1, expiresIn: 1, reason, number, needs }
  return { opened, view, signedIn: false, failed: undefined, stale: false, ...more }
}

test.each([
  [undefined, 'new'],
  ['new', 'new'],
  ['scanned', 'scanned'],
  ['confirmed', 'confirmed'],
  ['consumed', 'confirmed'],
  ['expired', 'opening'],
] as const)('status %s shows %s', (status, name) => {
  expect(phaseOf(known(status)).name).toBe(name)
})

test('nothing opened yet shows opening', () => {
  expect(phaseOf(known(undefined, { opened: undefined }))).toEqual({ name: 'opening' })
})

test('signed in only counts once this browser has its session', () => {
  expect(phaseOf(known('consumed', { signedIn: false })).name).toBe('confirmed')
  expect(phaseOf(known('consumed', { signedIn: true })).name).toBe('consumed')
})

test('a refusal keeps its reason', () => {
  expect(phaseOf(known('rejected', { reason: 'declined' }))).toEqual({ name: 'rejected', reason: 'declined' })
})

test('a refused consume says so, unless the request itself was rejected', () => {
  expect(phaseOf(known('consumed', { failed: 'failed' }))).toEqual({ name: 'rejected', reason: 'failed' })
  expect(phaseOf(known('rejected', { failed: 'failed', reason: 'session_ended' }))).toEqual({
    name: 'rejected',
    reason: 'session_ended',
  })
})

test('a number is shown while the phone is asked for it', () => {
  expect(phaseOf(known('scanned', { number: 47 }))).toMatchObject({ name: 'scanned', number: 47 })
})

test('what was approved and owes a code asks for it, until it has its session or is refused', () => {
  expect(phaseOf(known('confirmed', { needs: ['code'] })).name).toBe('owed')
  expect(phaseOf(known('confirmed', { needs: ['code'], signedIn: true })).name).toBe('confirmed')
  expect(phaseOf(known('confirmed', { needs: ['code'], failed: 'proof_tries' }))).toEqual({
    name: 'rejected',
    reason: 'proof_tries',
  })
})

test('a code that is not renewed any more is stale, whatever was known of it', () => {
  expect(phaseOf(known('expired', { stale: true })).name).toBe('stale')
})
