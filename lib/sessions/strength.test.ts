import { expect, test } from 'vitest'
import { later, NOON } from '../testing/people'
import type { Method } from '../wire'
import type { Factors } from './factors'
import { isOnProbation, isProven, lastProof, requireStrong, strengthOf } from './strength'

const DAY = 86_400
/** One of a version to come. */
const PASSKEY = 'passkey' as Method

const password = { method: 'password', factors: { password: NOON } } as const
const qr = { method: 'qr', factors: {} } as const
const provenQr = { method: 'qr', factors: { password: NOON } } as const

test('a session made with the password is strong for as long as it lives', () => {
  expect(strengthOf(password, NOON)).toBe('strong')
  expect(strengthOf(password, later(400 * DAY))).toBe('strong')
})

test('a session made by QR is weak, but for ten minutes after a password', () => {
  expect(strengthOf(qr, NOON)).toBe('weak')
  expect(strengthOf(provenQr, later(599))).toBe('strong')
  expect(strengthOf(provenQr, later(600))).toBe('weak')
})

test.each<[string, { method: Method; factors: Factors }]>([
  ['a method that is not listed', { method: PASSKEY, factors: { password: NOON } }],
  ['a method that is named like what every object has', { method: 'constructor' as Method, factors: {} }],
  ['a factor that is not listed', { method: 'qr', factors: { passkey: NOON } as Factors }],
  ['a method alone', { method: 'password', factors: {} }],
])('%s makes no session strong', (_, session) => {
  expect(strengthOf(session, NOON)).toBe('weak')
})

test('what is weak is asked for the password', () => {
  const weak = qr as unknown as Parameters<typeof requireStrong>[0]
  expect(() => requireStrong(weak, NOON)).toThrow(
    expect.objectContaining({ code: 'reauthentication_required' }),
  )
})

test.each([
  ['by signing in with it', password],
  ['in a session made by QR', provenQr],
])('a password that was proven %s counts as just proven for ten minutes', (_, session) => {
  expect(isProven(session, 'password', later(599))).toBe(true)
  expect(isProven(session, 'password', later(600))).toBe(false)
})

test('a session made by QR has proven no password', () => {
  expect(isProven(qr, 'password', NOON)).toBe(false)
})

test('the last proof is the latest, or the beginning', () => {
  expect(lastProof({ factors: {}, createdAt: NOON })).toEqual(NOON)
  expect(lastProof({ factors: { password: later(60) }, createdAt: NOON })).toEqual(later(60))
})

test('a session is on probation until that ends, and not while it is strong', () => {
  const strange = { ...qr, probationEndsAt: later(DAY) }
  expect(isOnProbation(strange, later(DAY - 1))).toBe(true)
  expect(isOnProbation(strange, later(DAY))).toBe(false)
  expect(isOnProbation({ ...strange, factors: { password: NOON } }, later(60))).toBe(false)
  expect(isOnProbation({ ...qr, probationEndsAt: null }, NOON)).toBe(false)
})
