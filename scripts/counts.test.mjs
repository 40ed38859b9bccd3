import { expect, test } from 'vitest'
import { countPlaywright, countVitest, summary } from './counts.mjs'

const file = (...statuses) => ({
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
})
const vitest = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [file('failed')],
}
const playwright = { stats: { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] }

test('each runner’s tests are counted', () => {
  expect(countVitest(vitest, false)).toEqual({ passed: 5, failed: 1, skipped: 2 })
  expect(countPlaywright(playwright, false)).toEqual({ passed: 7, failed: 2, skipped: 2 })
})

test('a test file that can’t be loaded is a failure', () => {
  const report = { ...vitest, numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] }
  expect(countVitest(report, false).failed).toBe(1)
})

test.each([countVitest, countPlaywright])('a runner that crashed is a failure (%o)', (count) => {
  expect(count(undefined, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('a runner that failed without a failed test is a failure', () => {
  const green = { ...playwright, stats: { ...playwright.stats, unexpected: 0, flaky: 0 } }
  expect(countPlaywright(green, false).failed).toBe(1)
  expect(countPlaywright(green, true).failed).toBe(0)
})

test('the last line is the sum, and names skipped ones only where there are any', () => {
  const lint = { name: 'lint', passed: 1, failed: 0, skipped: 0 }
  expect(summary([lint, { name: 'unit', passed: 9, failed: 0, skipped: 0 }])).toMatchObject({ ok: true })
  expect(summary([lint, { name: 'unit', passed: 9, failed: 0, skipped: 0 }]).lines.at(-1)).toBe(
    '10 passed, 0 failed',
  )
  const mixed = summary([lint, { name: 'e2e', passed: 2, failed: 1, skipped: 3 }])
  expect(mixed.lines.at(-1)).toBe('3 passed, 1 failed, 3 skipped')
  expect(mixed.ok).toBe(false)
})

test('the lines stand below each other, however long their names are', () => {
  const result = { passed: 1, failed: 0, skipped: 0 }
  const { lines } = summary([
    { name: 'unit', ...result },
    { name: 'unit on PostgreSQL', ...result },
  ])
  expect(lines).toEqual([
    'unit                1 passed, 0 failed',
    'unit on PostgreSQL  1 passed, 0 failed',
    '2 passed, 0 failed',
  ])
})

test('a step says how long it took', () => {
  const { lines } = summary([{ name: 'unit', passed: 1, failed: 0, skipped: 0, minutes: 2.345 }])
  expect(lines[0]).toBe('unit  1 passed, 0 failed  (2.3 min)')
})

test('nothing ran is no success', () => {
  expect(summary([])).toEqual({ lines: ['0 passed, 0 failed'], ok: false })
})
