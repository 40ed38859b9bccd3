import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { isLocalHost, lanAddress, readSettings, SettingsError } from './env'

const SECRET = 'a'.repeat(32)
let dataDir: string

beforeEach(() => {
  dataDir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'settings-')), 'data')
  return () => fs.rmSync(path.dirname(dataDir), { recursive: true })
})

const read = (environment: Record<string, string>) => readSettings({ DATA_DIR: dataDir, ...environment })

describe('the defaults', () => {
  test('serve the network on port 3000 from ./data', () => {
    const { appUrl, ...rest } = read({})
    expect(appUrl).toBe(`http://${lanAddress() ?? 'localhost'}:3000`)
    expect(rest).toMatchObject({
      appUrlIsSet: false,
      port: 3000,
      host: undefined,
      signUp: 'open',
      apiDocs: true,
      proofPolicy: 'adaptive',
      trustedNetworks: [],
    })
    expect(rest.database).toEqual({ engine: 'sqlite', file: path.join(dataDir, 'qr-login.db') })
  })

  test('make a secret once, that nobody else can read', () => {
    const [secret] = read({}).authSecrets
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(read({}).authSecrets).toEqual([secret])
    expect(fs.statSync(path.join(dataDir, 'auth-secret')).mode & 0o777).toBe(0o600)
    expect(fs.statSync(dataDir).mode & 0o777).toBe(0o700)
  })

  test('don’t take an empty secret file for a secret', () => {
    fs.mkdirSync(dataDir)
    fs.writeFileSync(path.join(dataDir, 'auth-secret'), '')
    expect(() => read({})).toThrow(/auth-secret holds 0 characters/)
  })

  test('close a secret file that stood open', () => {
    fs.mkdirSync(dataDir)
    fs.writeFileSync(path.join(dataDir, 'auth-secret'), SECRET, { mode: 0o644 })
    read({})
    expect(fs.statSync(path.join(dataDir, 'auth-secret')).mode & 0o777).toBe(0o600)
  })

  test('name the address that others reach, whatever the server is bound to', () => {
    expect(read({ HOST: '127.0.0.1' }).appUrl).toBe('http://localhost:3000')
    expect(read({ HOST: '10.1.2.3' }).appUrl).toBe('http://10.1.2.3:3000')
    expect(read({ HOST: 'fd00::1' }).appUrl).toBe('http://[fd00::1]:3000')
  })

  test('count an empty variable as unset', () => {
    expect(read({ PORT: '', APP_URL: '' })).toMatchObject({ port: 3000, appUrlIsSet: false })
  })
})

test.each([
  ['a port that is none', { PORT: '99999' }, /^PORT is "99999"/],
  ['an address that is none', { APP_URL: 'login.example.org' }, /^APP_URL is/],
  ['an address with a path', { APP_URL: 'https://example.org/login' }, /only scheme, host and port/],
  ['plain http on a public name', { APP_URL: 'http://login.example.org' }, /plain http/],
  ['plain http on a public address', { APP_URL: 'http://8.8.8.8' }, /plain http/],
  [
    'plain http on a name of the whole Internet in disguise',
    { APP_URL: 'http://[2002:808:808::1]' },
    /plain http/,
  ],
  ['plain http on no address at all', { APP_URL: 'http://0.0.0.0:3000' }, /plain http/],
  ['a short secret', { AUTH_SECRET: 'short' }, /^AUTH_SECRET holds 5 characters/],
  ['a short second secret', { AUTH_SECRET: `${SECRET},short` }, /AUTH_SECRET holds 5 characters/],
  ['another database', { DATABASE_URL: 'mysql://db' }, /DATABASE_URL must name a SQLite file/],
  ['a proxy that is no address', { TRUSTED_PROXIES: 'caddy' }, /TRUSTED_PROXIES is "caddy"/],
  ['a network that is none', { TRUSTED_NETWORKS: '10.0.0.0/8,office' }, /^TRUSTED_NETWORKS is .*: office\)/],
  ['a network without end', { TRUSTED_NETWORKS: '10.0.0.0/33' }, /^TRUSTED_NETWORKS is "10\.0\.0\.0\/33"/],
  ['a policy that is none', { PROOF_POLICY: 'lax' }, /^PROOF_POLICY is "lax".*adaptive, strict or off/],
  ['Redis without PostgreSQL', { REDIS_URL: 'redis://cache' }, /REDIS_URL is set, but several servers/],
  ['a Redis that is none', { REDIS_URL: 'http://:hidden@cache' }, /^REDIS_URL is not one(?!.*hidden)/],
  ['a mail server that is none', { SMTP_URL: 'https://mail.example.org' }, /^SMTP_URL is not one/],
  ['a mail server without a name', { SMTP_URL: 'smtp:/mail' }, /^SMTP_URL is not one/],
  ['a password that is cut off', { SMTP_URL: 'smtp://me:100%@mail' }, /a % in its user or password/],
  ['sign-up neither open nor closed', { SIGN_UP: 'maybe' }, /^SIGN_UP is "maybe"/],
  [
    'scaled limits in the open',
    { RATE_LIMIT_SCALE: '10', APP_URL: 'https://example.org' },
    /for load tests alone/,
  ],
])('refuses %s, with cause and cure', (_, environment, message) => {
  expect(() => read(environment as Record<string, string>)).toThrow(SettingsError)
  expect(() => read(environment as Record<string, string>)).toThrow(message)
  try {
    read(environment as Record<string, string>)
  } catch (error) {
    expect((error as Error).message).not.toContain('\n')
  }
})

test('says so when the data folder can’t be written', () => {
  fs.writeFileSync(dataDir, 'in the way')
  expect(() => read({})).toThrow(/^DATA_DIR is .* can't be used/)
})

test.each([
  'https://login.example.org',
  'http://localhost:3000',
  'http://192.168.1.20:3000',
  'http://[fd00::1]:3000',
])('takes %s', (appUrl) => {
  expect(read({ APP_URL: appUrl })).toMatchObject({ appUrl, appUrlIsSet: true })
})

test('takes several secrets, newest first', () => {
  expect(read({ AUTH_SECRET: `${SECRET}, ${'b'.repeat(40)}` }).authSecrets).toEqual([SECRET, 'b'.repeat(40)])
})

test('takes the networks in which a desktop counts as near', () => {
  const { trustedNetworks, trustedProxies } = read({
    TRUSTED_NETWORKS: '10.0.0.0/8, 2001:db8::/32,192.0.2.7,',
  })
  expect(trustedNetworks).toEqual(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'])
  expect(trustedProxies).toEqual([])
})

test('the password of the mail server is not told', () => {
  expect(() => read({ SMTP_URL: 'smtps//me:SECRET@mail' })).toThrow(/^(?!.*SECRET)/)
})

test.each(['adaptive', 'strict', 'off'])('takes the policy %s', (proofPolicy) => {
  expect(read({ PROOF_POLICY: proofPolicy })).toMatchObject({ proofPolicy })
})

test('scales limits on localhost', () => {
  expect(read({ RATE_LIMIT_SCALE: '50', APP_URL: 'http://localhost:3000' }).rateLimitScale).toBe(50)
  expect(read({ RATE_LIMIT_SCALE: '50', HOST: '127.0.0.1' }).rateLimitScale).toBe(50)
})

describe('the address on the network', () => {
  const card = (address: string, internal = false, family = 'IPv4') =>
    [{ address, internal, family }] as never

  test('prefers a private one', () => {
    const cards = { lo: card('127.0.0.1', true), tun: card('100.64.0.9'), eth: card('192.168.1.20') }
    expect(lanAddress(cards)).toBe('192.168.1.20')
    expect(lanAddress({ tun: card('100.64.0.9') })).toBe('100.64.0.9')
  })

  test('is none on a machine that has only public or link-local ones', () => {
    expect(
      lanAddress({ lo: card('127.0.0.1', true), eth: card('8.8.8.8'), auto: card('169.254.3.4') }),
    ).toBeUndefined()
  })
})

test.each([
  ['localhost', true],
  ['app.localhost', true],
  ['10.1.2.3', true],
  ['[::1]', true],
  ['example.org', false],
  ['1.1.1.1', false],
  ['localhost.example.org', false],
])('%s is local: %s', (hostname, local) => expect(isLocalHost(hostname)).toBe(local))
