import { beforeAll, describe, expect, test } from 'vitest'
import { readSettings, type Settings } from '../lib/env'
import { welcome } from './welcome'

const WITHOUT_PROOFS = 'WARNING: PROOF_POLICY is off.'
const BESIDE_PROXY = 'TRUSTED_PROXIES is set, but the port listens on all addresses'
const WITHOUT_MAIL = 'Notices of new sign-ins are in the app only'
const SMTP_URL = 'smtps://me:hush@mail.example.org'

const said = (environment: Record<string, string> = {}) =>
  welcome(readSettings({ DATA_DIR: process.env.DATA_DIR, ...environment }), 1234)

// For phones that can and that can't reach it, as the two are written apart.
describe.each(['http://192.168.1.20:3000', 'http://localhost:3000'])('at %s', (APP_URL) => {
  test('a policy that is off is warned of, and no other', () => {
    expect(said({ APP_URL, PROOF_POLICY: 'off' })).toContain(WITHOUT_PROOFS)
    for (const PROOF_POLICY of ['', 'adaptive', 'strict'])
      expect(said({ APP_URL, PROOF_POLICY })).not.toContain('WARNING')
  })

  test('a port that can be reached beside the trusted proxy is warned of, and no other', () => {
    const beside = (environment: Record<string, string>) =>
      said({ APP_URL, TRUSTED_PROXIES: '127.0.0.1', ...environment }).includes(BESIDE_PROXY)
    for (const HOST of ['', '0.0.0.0', '::']) expect(beside({ HOST }), HOST).toBe(true)
    for (const HOST of ['127.0.0.1', '::1', '192.168.1.20']) expect(beside({ HOST }), HOST).toBe(false)
    expect(beside({ TRUSTED_PROXIES: '' })).toBe(false)
  })

  test('that there is no mail is said, and how passwords are reset then', () => {
    expect(said({ APP_URL })).toContain(WITHOUT_MAIL)
    expect(said({ APP_URL })).toContain('npm run user -- reset EMAIL')
    expect(said({ APP_URL, SMTP_URL })).not.toMatch(/mail/i)
  })

  test('both are said where both are so', () => {
    const text = said({ APP_URL, PROOF_POLICY: 'off' })
    expect(text).toContain(WITHOUT_PROOFS)
    expect(text).toContain(WITHOUT_MAIL)
  })
})

describe('the addresses', () => {
  let settings: Settings
  beforeAll(() => void (settings = readSettings({ DATA_DIR: process.env.DATA_DIR, SMTP_URL })))

  test('are the desktop’s and the phone’s, and the phone’s as a code', () => {
    const text = welcome({ ...settings, appUrl: 'http://192.168.1.20:3000', appUrlIsSet: false }, 1234)
    expect(text).toContain('QR Login is ready (1.2 s)')
    expect(text).toContain('On this computer  http://localhost:3000/login')
    expect(text).toContain('On your phone     http://192.168.1.20:3000 ')
    expect(text).toMatch(/[█▀▄]{10}/)
  })

  test('are the desktop’s alone where no phone reaches the server, with what to do', () => {
    const text = welcome({ ...settings, appUrl: 'http://localhost:3000', appUrlIsSet: true }, 1234)
    expect(text).toContain('APP_URL is http://localhost:3000, which no phone can reach.')
    expect(text).toContain('Set APP_URL to the address that phones shall use')
    expect(text).not.toMatch(/[█▀▄]/)
  })
})
