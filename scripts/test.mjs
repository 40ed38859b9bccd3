// `npm test`: everything, from a fresh clone, in one command; a failing step doesn't keep the others from running.
//   npm test -- static | unit | e2e | bench     only those (several may be given)
//   npm run test:all                            the unit tests and the browser tests on every engine
// The last line is `N passed, N failed`, over all that ran. Node's own modules only, as nothing may be installed yet.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build, checkNode, generate, install, isBuilt, Problem, root, stopTools } from './steps.mjs'
import { countPlaywright, countVitest, summary } from './counts.mjs'

const GROUPS = ['static', 'unit', 'e2e', 'bench']
const ALL = 'all'
const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-reports-'))
const results = []
const running = new Set()

/** Runs a tool in sight, or `quietly`, to say all at its end; answers whether it succeeded. */
async function run(command, args, env = {}, { quietly = false } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1', ...env },
    stdio: ['ignore', ...(quietly ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
    shell: process.platform === 'win32',
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => child.on('error', () => resolve(1)).on('close', resolve))
  running.delete(child)
  return { ok: code === 0, output }
}

function title(name) {
  process.stdout.write(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}\n`)
}

/** How many minutes have passed since; for the summary. */
const minutesSince = (began) => (performance.now() - began) / 60_000

function pushCheck(name, ok, began) {
  results.push({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, minutes: minutesSince(began) })
}

/** A check that passes or fails as a whole. */
async function check(name, work) {
  title(name)
  const began = performance.now()
  const ok = await work()
  pushCheck(name, ok, began)
  return ok
}

/** A runner that counts for itself, in a JSON report. */
async function suite(name, count, work) {
  title(name)
  const file = path.join(reports, `${name.replaceAll(' ', '-')}.json`)
  const began = performance.now()
  const { ok } = await work(file)
  let report
  try {
    report = JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    // It crashed before it could report.
  }
  results.push({ name, ...count(report, ok), minutes: minutesSince(began) })
}

/** Says why something is left out. In CI nothing is. */
function skip(name, why) {
  title(name)
  process.stdout.write(`Skipped. ${why}\n`)
  results.push({ name, passed: 0, failed: 0, skipped: 1 })
}

async function attempt(work) {
  try {
    await work()
    return true
  } catch (error) {
    if (error.output) process.stdout.write(error.output)
    process.stdout.write(`${error instanceof Problem ? error.message : error.stack}\n`)
    return false
  }
}

async function chromium() {
  const { findHeadlessChromium, installChromium } = await import('./chromium.mjs')
  if (!((await findHeadlessChromium()) ?? (await installChromium())))
    throw new Problem(
      'No Chromium was found, and none could be installed: install one (apt-get install chromium), or set CHROMIUM_PATH',
    )
}

/** All at once: each keeps one core busy. */
const staticChecks = () =>
  Promise.all(
    ['lint', 'types', 'format', 'unused'].map(async (name) => {
      const began = performance.now()
      const { ok, output } = await run('npm', ['run', '--silent', name], {}, { quietly: true })
      title(name)
      process.stdout.write(output)
      pushCheck(name, ok, began)
    }),
  )

const vitest = (env) => (file) => {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return run('npm', ['run', '--silent', 'unit', '--', ...reporters], env)
}

/** The same tests on what several servers share, each from its own start; in CI none of it may be missing. */
const SHARED = [
  { name: 'PostgreSQL', database: 'postgresql', packages: ['postgresql'] },
  { name: 'PostgreSQL and Redis', database: 'postgresql+redis', packages: ['postgresql', 'redis-server'] },
]

async function unitTests(everywhere) {
  await suite('unit', countVitest, vitest({ TEST_DATABASE: '' }))
  const which = { TEST_EVERYWHERE: everywhere ? '1' : '' }
  await onShared(SHARED, 'unit', countVitest, (env) => vitest({ ...env, ...which }))
}

async function onShared(engines, title, count, work) {
  for (const { name, database, packages } of engines) {
    const missing = process.env.CI ? [] : await missingOf(packages)
    if (missing.length > 0) skip(`${title} on ${name}`, `To run them: apt-get install ${missing.join(' ')}`)
    else await suite(`${title} on ${name}`, count, work({ TEST_DATABASE: database }))
  }
}

/** The tests know themselves what they start. */
async function missingOf(packages) {
  const { tsImport } = await import('tsx/esm/api')
  const { postgresPrograms } = await tsImport('../lib/testing/postgres.ts', import.meta.url)
  const { hasRedis } = await tsImport('../lib/testing/redis.ts', import.meta.url)
  const isThere = { postgresql: () => postgresPrograms() !== undefined, 'redis-server': hasRedis }
  return packages.filter((name) => !isThere[name]())
}

async function endToEnd(everywhere) {
  const built = await check('build', () => attempt(async () => void (isBuilt() || (await build()))))
  // Without these every one of them would only wait for what can't come.
  if (!built || !(await check('chromium', () => attempt(chromium)))) return
  await suite('e2e', countPlaywright, playwright(STORIES, { TEST_DATABASE: '' }))
  // By themselves: each of them is several servers, and they wait a lot.
  const often = { TEST_EVERYWHERE: everywhere ? '1' : '' }
  await suite('faults', countPlaywright, playwright(FAULTS, { TEST_DATABASE: '', ...often }))
  await onShared(SHARED.slice(-1), 'e2e', countPlaywright, (env) =>
    playwright(everywhere ? STORIES : SIGN_INS, env),
  )
}

const STORIES = ['e2e/[a-z-]+.spec.ts', 'e2e/attacks/']
const FAULTS = ['e2e/faults/', 'e2e/operation/']

/** What meets every move; the others are the same on each engine, and run there by `npm run test:all`. */
const SIGN_INS = ['sign-in', 'proofs', 'typed-code', 'readers'].map((name) => `e2e/${name}.spec.ts`)

const playwright = (specs, env) => (file) =>
  run('npm', ['run', '--silent', 'e2e', '--', ...specs], { PLAYWRIGHT_REPORT: file, ...env })

/** That the measurements run; what they measure here is information alone. */
async function measurements() {
  if (await check('chromium', () => attempt(chromium)))
    await check('bench', async () => (await run('npm', ['run', '--silent', 'bench', '--', '--short'])).ok)
}

async function main() {
  process.chdir(root)
  const asked = process.argv.slice(2)
  const unknown = asked.find((name) => ![...GROUPS, ALL].includes(name))
  if (unknown)
    throw new Problem(`"${unknown}" is no group of tests: use ${GROUPS.join(', ')}, or nothing for all`)
  const everywhere = asked.includes(ALL)
  const wants = (group) => asked.length === 0 || everywhere || asked.includes(group)
  const prepare = async () => {
    checkNode()
    await install({ dev: true })
    await generate()
  }
  if (!(await check('install', () => attempt(prepare)))) return
  if (wants('static')) await staticChecks()
  if (wants('unit')) await unitTests(everywhere)
  if (wants('e2e')) await endToEnd(everywhere)
  if (wants('bench')) await measurements()
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopTools()
    for (const child of running) child.kill(signal)
    process.exit(1)
  })

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Problem ? error.message : error.stack}\n`)
  results.push({ name: 'npm test', passed: 0, failed: 1, skipped: 0 })
}
fs.rmSync(reports, { recursive: true, force: true })
title('summary')
const { lines, ok } = summary(results)
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = ok ? 0 : 1
