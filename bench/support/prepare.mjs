// Installs, copies and builds what is missing or stale.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { generate, install } from '../../scripts/steps.mjs'
import { APP, BENCH, NEXT_PEER, ROOT, WORK } from './paths.mjs'

const NOT_IN_THE_COPY = /^(bench|docs|e2e|\.ci)\//

export async function prepare() {
  fs.mkdirSync(WORK, { recursive: true })
  clearLeftovers()
  await install()
  await generate()
  installPeers()
  buildOnce('the app', APP, appFiles(), copyApp)
  const locks = [BENCH, ROOT].map((folder) => path.join(folder, 'package-lock.json'))
  buildOnce('the Next peer', NEXT_PEER, [...filesUnder(path.join(BENCH, 'peers')), ...locks], copyNextPeer)
}

/** What a run that was killed has left behind. */
function clearLeftovers() {
  for (const name of fs.readdirSync(WORK))
    if (/^(data|profile)-/.test(name)) fs.rmSync(path.join(WORK, name), { recursive: true })
}

function installPeers() {
  const stamp = path.join(BENCH, 'node_modules/.bench')
  const wanted = hashOf([path.join(BENCH, 'package-lock.json')])
  if (read(stamp) === wanted) return
  console.log('Installing what the bench needs …')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], BENCH)
  fs.writeFileSync(stamp, wanted)
}

function buildOnce(name, folder, files, copy) {
  const stamp = path.join(folder, '.next/bench-stamp')
  const wanted = hashOf(files)
  if (read(stamp) === wanted) return
  console.log(`Building ${name} …`)
  fs.rmSync(stamp, { force: true })
  copy(folder, files)
  run(process.execPath, [path.join(ROOT, 'node_modules/next/dist/bin/next'), 'build'], folder)
  fs.writeFileSync(stamp, wanted)
}

function appFiles() {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const own = listed.split('\0').filter((name) => name !== '' && !NOT_IN_THE_COPY.test(name))
  const files = own.map((name) => path.join(ROOT, name)).filter((file) => fs.existsSync(file))
  return [
    ...files,
    ...filesUnder(path.join(ROOT, 'lib/generated')),
    ...filesUnder(path.join(BENCH, 'app-routes')),
  ]
}

function copyApp(folder, files) {
  // Packages are found above, in the repository. What Next keeps of the last build makes the next one quick.
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : [])
    if (name !== '.next') fs.rmSync(path.join(folder, name), { recursive: true })
  for (const file of files) {
    const own = path.relative(path.join(BENCH, 'app-routes'), file)
    const name = own.startsWith('..') ? path.relative(ROOT, file) : path.join('app/api/bench', own)
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.copyFileSync(file, path.join(folder, name))
  }
}

function copyNextPeer(folder) {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.cpSync(path.join(BENCH, 'peers/next'), folder, { recursive: true })
  fs.copyFileSync(path.join(BENCH, 'peers/better-auth.mjs'), path.join(folder, 'better-auth.mjs'))
}

function filesUnder(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of [...files].sort())
    hash.update(`${path.relative(ROOT, file)}\0`).update(fs.readFileSync(file))
  return hash.digest('hex')
}

function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}

function run(command, args, cwd) {
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  try {
    execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    throw new Error(`${path.basename(command)} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`)
  }
}
