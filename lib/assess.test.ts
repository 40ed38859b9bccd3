import { describe, expect, test } from 'vitest'
import { readTable } from '../scripts/tables'
import { asMarkdown, assess, asText, type Assessed } from './assess'
import { readSettings } from './env'
import { POLICIES } from './login/policy'

const DEFAULTS = readSettings({ DATA_DIR: process.env.DATA_DIR })
const stateOf = (name: string, settings: Partial<Assessed> = {}) =>
  assess({ ...DEFAULTS, ...settings }).find((mitigation) => mitigation.name === name)

test('SECURITY.md holds the table of the default settings', () => {
  expect(readTable('assess'), 'run: npm run assess -- --write').toBe(asMarkdown(assess(DEFAULTS)))
})

test('all seventeen mitigations are there, whatever the settings', () => {
  for (const proofPolicy of POLICIES) {
    const names = assess({ ...DEFAULTS, proofPolicy }).map(({ name }) => name)
    expect(new Set(names).size).toBe(17)
  }
})

describe('a setting decides', () => {
  test.each<[name: string, settings: Partial<Assessed>, state: string, by: string]>([
    ['Out-of-band binding', { proofPolicy: 'off' }, 'off', 'PROOF_POLICY=off'],
    ['Out-of-band binding', { proofPolicy: 'adaptive' }, 'on', 'PROOF_POLICY=adaptive'],
    ['Out-of-band binding', { proofPolicy: 'strict' }, 'on', 'PROOF_POLICY=strict'],
    ['Request initiation verification', { proofPolicy: 'off' }, 'off', 'PROOF_POLICY=off'],
    ['Request initiation verification', { proofPolicy: 'adaptive' }, 'partly', 'PROOF_POLICY=adaptive'],
    ['Trusted devices', { proofPolicy: 'off' }, 'off', 'PROOF_POLICY=off'],
    ['Trusted networks', { proofPolicy: 'strict' }, 'off', 'TRUSTED_NETWORKS is unset'],
    [
      'Trusted networks',
      { proofPolicy: 'strict', trustedNetworks: ['10.0.0.0/8'] },
      'partly',
      'PROOF_POLICY=strict',
    ],
    ['Trusted networks', { trustedNetworks: ['10.0.0.0/8'] }, 'off', 'PROOF_POLICY=adaptive'],
    ['Establish proximity', {}, 'off', 'GEOIP_DATABASE is unset'],
    ['Establish proximity', { geoipDatabase: '/places.mmdb' }, 'partly', 'GEOIP_DATABASE is set'],
    ['Detect and remediate', { smtpUrl: undefined }, 'partly', 'SMTP_URL is unset'],
    ['Detect and remediate', { smtpUrl: 'smtps://mail.example.org' }, 'on', 'SMTP_URL is set'],
    ['Rate limits', { rateLimitScale: 1 }, 'on', 'always'],
    ['Rate limits', { rateLimitScale: 1000 }, 'partly', 'RATE_LIMIT_SCALE=1000'],
    ['Authenticate, then initiate', { proofPolicy: 'strict' }, 'off', 'always'],
  ])('%s with %o: %s', (name, settings, state, by) => {
    expect(stateOf(name, settings)).toMatchObject({ state, by })
  })

  test('and the password in SMTP_URL is not told', () => {
    const mitigations = assess({ ...DEFAULTS, smtpUrl: 'smtps://me:hush@mail.example.org' })
    expect(asText(mitigations)).not.toMatch(/hush|example/)
  })
})

test('less to prove never assesses better', () => {
  const order = ['off', 'partly', 'on']
  const values = (proofPolicy: Assessed['proofPolicy']) =>
    assess({ ...DEFAULTS, trustedNetworks: ['10.0.0.0/8'], geoipDatabase: '/places.mmdb', proofPolicy }).map(
      ({ state }) => order.indexOf(state),
    )
  const [off, adaptive, strict] = [values('off'), values('adaptive'), values('strict')]
  for (const index of off.keys()) {
    expect(off[index]).toBeLessThanOrEqual(adaptive[index]!)
    expect(adaptive[index]).toBeLessThanOrEqual(strict[index]!)
  }
})

test('the columns of the text stand under each other', () => {
  const lines = asText(assess(DEFAULTS)).split('\n')
  const starts = lines.map((line) => line.search(/(?<= {2})(is|on|partly|off) /))
  expect(new Set(starts).size).toBe(1)
})
