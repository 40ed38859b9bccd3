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
  more: Partial<Known> & { reason?: LoginView['reason'] } = {},
): Known {
  const view = status && { id: opened.id, status, revision: 1, expiresIn: 1, reason: more.reason }
  return { opened, view, signedIn: false, failed: false, stale: false, ...more }
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
  expect(phaseOf(known('consumed', { failed: true }))).toEqual({ name: 'rejected', reason: 'failed' })
  expect(phaseOf(known('rejected', { failed: true, reason: 'session_ended' }))).toEqual({
    name: 'rejected',
    reason: 'session_ended',
  })
})

test('a code that is not renewed any more is stale, whatever was known of it', () => {
  expect(phaseOf(known('expired', { stale: true })).name).toBe('stale')
})
