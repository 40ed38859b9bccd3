/** Gives each test file settings, a data folder and a migrated database of its own. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import pg from 'pg'
import { settings } from '../env'
import { migrate } from '../migrate'

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

const { TEST_POSTGRES_URL } = process.env
if (TEST_POSTGRES_URL) process.env.DATABASE_URL = await copyOfTemplate(TEST_POSTGRES_URL)
await migrate(settings())

/** A database that has its tables already, for this file alone. */
async function copyOfTemplate(url: string): Promise<string> {
  const name = `test_${path.basename(dataDir).replace(/\W/g, '').toLowerCase()}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // The template can be copied by one at a time.
  await client.query('SELECT pg_advisory_lock(1)')
  await client.query(`CREATE DATABASE ${name} TEMPLATE template`)
  await client.end()
  return new URL(`/${name}`, url).href
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
