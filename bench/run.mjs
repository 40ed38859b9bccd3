// `npm run bench`: installs and builds what is stale, measures everything side by side, writes bench/results.json and
// docs/performance.md.
//   --short           the same in about a minute, to see that it runs; writes nothing but bench/.work/results.json
//   --only a,b        only these: status, open, round, followed, pages, engines, held, growth, profile, page; writes as --short does
//   --report          judges bench/results.json and writes docs/performance.md anew
import fs from 'node:fs'
import path from 'node:path'
import { prepare } from './support/prepare.mjs'
import { BENCH, WORK } from './support/paths.mjs'

const RESULTS = path.join(BENCH, 'results.json')

function readArguments([...words]) {
  const only = words.includes('--only') ? words.splice(words.indexOf('--only'), 2)[1] : undefined
  const unknown = words.filter((word) => !['--short', '--report'].includes(word))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}`)
  return { short: words.includes('--short'), report: words.includes('--report'), only: only?.split(',') }
}

async function main() {
  const { short, report, only } = readArguments(process.argv.slice(2))
  await prepare()
  // Only now: they need what `prepare` installs.
  const { measureAll } = await import('./measures/all.mjs')
  const { judge } = await import('./report/goals.mjs')
  const { printSummary } = await import('./report/summary.mjs')
  const { writeReport } = await import('./report/markdown.mjs')

  const results = report ? JSON.parse(fs.readFileSync(RESULTS, 'utf8')) : await measureAll({ short, only })
  const goals = judge(results)
  printSummary(results, goals)
  const isWhole = !short && !only
  await write(isWhole ? RESULTS : path.join(WORK, 'results.json'), { ...results, goals })
  if (isWhole) writeReport(results, goals)
}

/** As `npm run format` wants it. */
async function write(file, value) {
  const { format, resolveConfig } = await import('prettier')
  const options = { ...(await resolveConfig(file)), parser: 'json' }
  fs.writeFileSync(file, await format(JSON.stringify(value), options))
}

async function stop(code) {
  const { stopAll } = await import('./support/process.mjs')
  await stopAll()
  process.exit(code)
}

process.on('SIGINT', () => void stop(130))
process.on('SIGTERM', () => void stop(143))
main().then(
  () => stop(0),
  (error) => {
    console.error(error)
    return stop(1)
  },
)
