/** Gives each test file settings, a data folder and a migrated database of its own. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'

const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-'))

Object.assign(process.env, {
  DATA_DIR: dataDir,
  AUTH_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
  APP_URL: 'http://localhost:3000',
  LOG_LEVEL: 'silent',
  RATE_LIMIT_SCALE: '1000',
  // What is not about proofs is approved with one tap.
  PROOF_POLICY: 'off',
  // Where DESKTOP stands.
  TRUSTED_NETWORKS: '198.51.100.0/24',
})
// Whatever else the developer has set must not reach the tests.
for (const name of [
  'DATABASE_URL',
  'REDIS_URL',
  'HOST',
  'PORT',
  'APP_NAME',
  'SIGN_UP',
  'TRUSTED_PROXIES',
  'API_DOCS',
  'SMTP_URL',
  'MAIL_FROM',
  'GEOIP_DATABASE',
  'AUDIT_DAYS',
])
  delete process.env[name]

// Loaded only where they are needed: most of what a short test file costs is loading.
const { TEST_SQLITE_FILE, TEST_POSTGRES_URL, TEST_REDIS_URL } = process.env
if (TEST_SQLITE_FILE) fs.copyFileSync(TEST_SQLITE_FILE, path.join(dataDir, 'qr-login.db'))
if (TEST_POSTGRES_URL) {
  const { copyOfTemplate } = await import('./postgres')
  process.env.DATABASE_URL = await copyOfTemplate(path.basename(dataDir))
}
if (TEST_REDIS_URL) {
  const { nextRedisDatabase } = await import('./redis')
  process.env.REDIS_URL = await nextRedisDatabase()
  const { prepareRedis } = await import('../redis')
  const { RedisStore } = await import('../login/stores/redis')
  await prepareRedis()
  // In these tests it is noon, and stays so.
  Object.assign(globalThis, { [Symbol.for('qr-login.requests')]: new RedisStore(true) })
}

// SQLite keeps its files open until the process ends; on Linux they may go before that.
afterAll(() => fs.rmSync(dataDir, { recursive: true, force: true }))

/** A test that expects a complaint replaces console.error with a spy of its own. */
const complaints: string[] = []
const print = console.error
console.error = (...args: unknown[]) => {
  complaints.push(args.map(String).join(' '))
  print(...args)
}

beforeEach(() => void complaints.splice(0))
afterEach(() => expect(complaints, 'unexpected console.error').toEqual([]))
