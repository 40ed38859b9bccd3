// What the test runners' JSON reports come to, and the summary of a whole `npm test`.

/** A runner that failed must show in the sum, even where its report counts no failed test. */
function atLeastOneFailure(counts, ok) {
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 }
}

/** Vitest: a file that can't be loaded has no tests of its own, and counts as one failure. */
export function countVitest(report, ok) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  return atLeastOneFailure(counts, ok)
}

/** Playwright: a flaky test, which passed only when it was tried again, is no pass. */
export function countPlaywright(report, ok) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const { expected, unexpected, flaky, skipped } = report.stats
  return atLeastOneFailure(
    { passed: expected, failed: unexpected + flaky + report.errors.length, skipped },
    ok,
  )
}

/** A line of the summary; how long a step took stands where it was measured. */
function stepLine(width, { name, minutes, ...counts }) {
  const took = minutes === undefined ? '' : `  (${minutes.toFixed(1)} min)`
  return `${name.padEnd(width)}  ${line(counts)}${took}`
}

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}

/** A line per step and their sum as the last; not ok when something failed, and neither when nothing ran. */
export function summary(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
  const width = Math.max(0, ...results.map(({ name }) => name.length))
  return {
    lines: [...results.map((result) => stepLine(width, result)), line(total)],
    ok: total.failed === 0 && total.passed > 0,
  }
}
