import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Proof, Risk } from '../wire'
import { ceremonyFor, POLICIES, riskOf, type Policy, type Signals } from './policy'

/** Nothing speaks against it: a browser that is known, in a network that is not. */
const QUIET: Signals = {
  knownDesktop: true,
  trustedNetwork: false,
  typedCode: false,
  staleSession: false,
  farAway: false,
  otherCountry: false,
  wrongPicks: 0,
  reported: false,
}
const ORDER: Risk[] = ['low', 'medium', 'high']

describe('the risk', () => {
  test.each<[string, Partial<Signals>, Risk]>([
    ['a known desktop', {}, 'low'],
    ['a desktop in a trusted network', { knownDesktop: false, trustedNetwork: true }, 'low'],
    ['a known desktop in a trusted network', { trustedNetwork: true }, 'low'],
    ['a desktop that is neither', { knownDesktop: false }, 'medium'],
    ['a typed code', { typedCode: true }, 'medium'],
    ['a session long without a password', { staleSession: true }, 'medium'],
    ['places that lie far apart', { farAway: true }, 'medium'],
    ['one wrong pick', { wrongPicks: 1 }, 'medium'],
    ['two wrong picks', { wrongPicks: 2 }, 'high'],
    ['three wrong picks', { wrongPicks: 3 }, 'high'],
    ['a report', { reported: true }, 'high'],
    ['another country', { otherCountry: true }, 'high'],
  ])('of %s alone', (_, signals, risk) => {
    expect(riskOf({ ...QUIET, ...signals })).toBe(risk)
  })

  const MEDIUM: Partial<Signals>[] = [
    { typedCode: true },
    { staleSession: true },
    { farAway: true },
    { wrongPicks: 1 },
  ]
  const HIGH: Partial<Signals>[] = [{ otherCountry: true }, { wrongPicks: 2 }, { reported: true }]
  const NEAR = { trustedNetwork: true }
  const STRANGE = { knownDesktop: false }

  test.each(MEDIUM)('a desktop that is known and near does not outweigh %j', (signal) => {
    expect(riskOf({ ...QUIET, ...NEAR, ...signal })).toBe('medium')
  })

  test('all that makes it medium does not make it high', () => {
    expect(riskOf(Object.assign({}, QUIET, STRANGE, ...MEDIUM) as Signals)).toBe('medium')
  })

  test.each(HIGH)('nothing outweighs %j', (signal) => {
    for (const others of [{}, NEAR, STRANGE, ...MEDIUM])
      expect(riskOf({ ...QUIET, ...others, ...signal })).toBe('high')
    expect(riskOf(Object.assign({}, QUIET, STRANGE, ...MEDIUM, ...HIGH) as Signals)).toBe('high')
  })
})

describe('the ceremony', () => {
  const AT: Record<Risk, Signals> = {
    low: QUIET,
    medium: { ...QUIET, knownDesktop: false },
    high: { ...QUIET, reported: true },
  }
  const ALL: Proof[] = ['number', 'password', 'code']

  test.each<[Policy, Risk, ReturnType<typeof ceremonyFor>]>([
    ['adaptive', 'low', { risk: 'low', proofs: [], refused: false }],
    ['adaptive', 'medium', { risk: 'medium', proofs: ['number'], refused: false }],
    ['adaptive', 'high', { risk: 'high', proofs: ALL, refused: false }],
    ['strict', 'low', { risk: 'low', proofs: [], refused: false }],
    ['strict', 'medium', { risk: 'high', proofs: ALL, refused: false }],
    ['strict', 'high', { risk: 'high', proofs: ALL, refused: true }],
    ['off', 'low', { risk: 'low', proofs: [], refused: false }],
    ['off', 'medium', { risk: 'medium', proofs: [], refused: false }],
    ['off', 'high', { risk: 'high', proofs: [], refused: false }],
  ])('of the policy %s at a %s risk', (policy, risk, ceremony) => {
    expect(ceremonyFor(AT[risk], policy)).toEqual(ceremony)
  })

  test.each<[Policy, ReturnType<typeof ceremonyFor>]>([
    ['adaptive', { risk: 'low', proofs: ['number'], refused: false }],
    ['strict', { risk: 'low', proofs: ['number'], refused: false }],
    ['off', { risk: 'low', proofs: [], refused: false }],
  ])('of the policy %s for a strange desktop in a trusted network', (policy, ceremony) => {
    expect(ceremonyFor({ ...QUIET, knownDesktop: false, trustedNetwork: true }, policy)).toEqual(ceremony)
  })
})

describe('more risk', () => {
  // Most raise nothing, so that what one more signal changes is not hidden by all the others.
  const rarely = fc.integer({ min: 1, max: 6 }).map((face) => face === 6)
  const anySignals: fc.Arbitrary<Signals> = fc.record({
    knownDesktop: fc.boolean(),
    trustedNetwork: fc.boolean(),
    typedCode: rarely,
    staleSession: rarely,
    farAway: rarely,
    otherCountry: rarely,
    wrongPicks: fc.constantFrom(0, 0, 0, 1, 2, 3),
    reported: rarely,
  })
  const fewSignals = fc.record({
    lost: fc.subarray(['knownDesktop', 'trustedNetwork'] as const),
    gained: fc.subarray(['typedCode', 'staleSession', 'farAway', 'otherCountry', 'reported'] as const, {
      maxLength: 1,
    }),
    wrongPicks: fc.nat({ max: 2 }),
  })

  /** The same sign-in with more against it: of each signal it is as risky or riskier. */
  const worsened = (signals: Signals, { lost, gained, wrongPicks }: Worse): Signals => ({
    ...signals,
    ...Object.fromEntries(lost.map((name) => [name, false])),
    ...Object.fromEntries(gained.map((name) => [name, true])),
    wrongPicks: signals.wrongPicks + wrongPicks,
  })
  type Worse = typeof fewSignals extends fc.Arbitrary<infer T> ? T : never

  test.each(POLICIES)('never asks for less under the policy %s', (policy) => {
    let rose = 0
    fc.assert(
      fc.property(anySignals, fewSignals, (signals, more) => {
        const before = ceremonyFor(signals, policy)
        const after = ceremonyFor(worsened(signals, more), policy)
        expect(after.proofs).toEqual(expect.arrayContaining([...before.proofs]))
        expect(ORDER.indexOf(after.risk)).toBeGreaterThanOrEqual(ORDER.indexOf(before.risk))
        if (before.refused) expect(after.refused).toBe(true)
        if (after.risk !== before.risk) rose++
      }),
      { numRuns: 2_000 },
    )
    // It would hold of pairs that are alike, too. About 200 rise, and more.
    expect(rose).toBeGreaterThan(10)
  })

  test.each(['adaptive', 'strict'] as const)('no strange desktop gets in by a plain tap: %s', (policy) => {
    fc.assert(
      fc.property(anySignals, (signals) => {
        const { proofs, refused } = ceremonyFor({ ...signals, knownDesktop: false }, policy)
        expect(refused || proofs.includes('number')).toBe(true)
      }),
    )
  })

  test('is never less under the strict policy than under the adaptive one, nor there than without', () => {
    fc.assert(
      fc.property(anySignals, (signals) => {
        const [strict, adaptive, off] = (['strict', 'adaptive', 'off'] as const).map((policy) =>
          ceremonyFor(signals, policy),
        )
        expect(strict?.proofs).toEqual(expect.arrayContaining([...adaptive!.proofs]))
        expect([adaptive?.refused, off?.refused, off?.proofs]).toEqual([false, false, []])
      }),
    )
  })
})
