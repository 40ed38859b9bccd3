import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

/** Runs it with these settings and no others. */
function assess(environment: Record<string, string> = {}) {
  const { PATH, DATA_DIR } = process.env
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/assess.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH, DATA_DIR, NODE_ENV: 'test', ...environment },
  })
}

test.each(['', 'strict'])('exits with 0 where PROOF_POLICY is "%s"', (PROOF_POLICY) => {
  const { status, stdout, stderr } = assess({ PROOF_POLICY })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Out-of-band binding +(is )?on /m)
})

test('exits with 1 where nothing has to be proven, and says so', () => {
  const { status, stdout, stderr } = assess({ PROOF_POLICY: 'off' })
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Out-of-band binding +(is )?off /m)
  expect(stderr).toContain('PROOF_POLICY is off')
})

test('exits with 2 where the settings can’t be read, in one line and with nothing assessed', () => {
  const { status, stdout, stderr } = assess({ PROOF_POLICY: 'perhaps' })
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^PROOF_POLICY is "perhaps" .*\n$/)
})
