// The steps from a fresh clone to a built app, each skipped when it is already done.
// `npm start` and `npm test` share them, and they run before anything is installed: Node's own modules only.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** A failure that is understood; `message` is one line with cause and cure. */
export class Problem extends Error {}

/** What tools are told: nothing to report home, nothing to fetch but packages. */
const QUIET = {
  NEXT_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  // Any program will do: the generator never calls the engine, but the CLI would download a missing one.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}

const BIN = {
  prisma: 'node_modules/prisma/build/index.js',
  next: 'node_modules/next/dist/bin/next',
}

const BUILT_FROM = [
  'app',
  'components',
  'lib',
  'next.config.js',
  'package-lock.json',
  'postcss.config.mjs',
  'prisma/schema.prisma',
  'prisma/postgresql/schema.prisma',
  'tsconfig.json',
]

// -- Node ---------------------------------------------------------------------------------------------------------

/** Understands what package.json's `engines` needs: `^20.19 || >=24`. */
export function supports(range, version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return range.split('||').some((part) => {
    const [, sign, wantedMajor, wantedMinor = '0'] = /^\s*(\^|>=)(\d+)(?:\.(\d+))?\s*$/.exec(part) ?? []
    if (sign === '^') return major === Number(wantedMajor) && minor >= Number(wantedMinor)
    if (sign === '>=')
      return major > Number(wantedMajor) || (major === Number(wantedMajor) && minor >= Number(wantedMinor))
    throw new Error(`engines.node is not understood: ${range}`)
  })
}

export function checkNode(version = process.version) {
  const { engines } = readJson('package.json')
  if (!supports(engines.node, version))
    throw new Problem(
      `Node ${version} is not supported (wanted: ${engines.node}): install Node 24 from https://nodejs.org`,
    )
}

// -- Files --------------------------------------------------------------------------------------------------------

function readJson(file) {
  return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'))
}

function read(file) {
  try {
    return fs.readFileSync(path.join(root, file), 'utf8')
  } catch {
    return undefined
  }
}

function write(file, text) {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  fs.writeFileSync(path.join(root, file), text)
}

function* filesIn(name) {
  const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return yield* stat ? [name] : []
  for (const child of fs.readdirSync(path.join(root, name)).sort()) yield* filesIn(`${name}/${child}`)
}

function contentHash(names, skip = () => false) {
  const hash = createHash('sha256')
  for (const name of names)
    for (const file of filesIn(name))
      if (!skip(file))
        hash
          .update(`${file}\0`)
          .update(fs.readFileSync(path.join(root, file)))
          .update('\0')
  return hash.digest('hex')
}

// -- Tools --------------------------------------------------------------------------------------------------------

const running = new Set()

/** Ends whatever tool is running; for when this process is told to stop. */
export function stopTools(signal = 'SIGTERM') {
  for (const child of running) child.kill(signal)
}

function seconds(since) {
  const passed = (performance.now() - since) / 1000
  return passed < 60
    ? `${passed.toFixed(1)} s`
    : `${Math.floor(passed / 60)} min ${Math.round(passed % 60)} s`
}

/** One line per step, with the time that it took; on a terminal the time is seen to pass. */
async function step(label, work) {
  const since = performance.now()
  const live = process.stdout.isTTY
  process.stdout.write(`${label} …`)
  const clock = live && setInterval(() => process.stdout.write(`\r${label} … ${seconds(since)} `), 1000)
  let end = ' failed'
  try {
    await work()
    end = ''
  } finally {
    if (clock) clearInterval(clock)
    process.stdout.write(`${live ? `\r${label} …` : ''} ${seconds(since)}${end}\n`)
  }
}

/** Runs a tool unseen. When it fails: `explain(output)` may know why, else all that it said is shown. */
async function tool(name, command, args, { explain = () => undefined, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: command === 'npm' && process.platform === 'win32',
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const code = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.code))
    child.on('close', (status, signal) => resolve(status ?? signal))
  })
  running.delete(child)
  if (code === 0) return
  if (code === 'ENOENT')
    throw new Problem(`${command} was not found: install it (it comes with Node), and start again`)
  const problem = explain(output, code)
  if (problem) throw new Problem(problem)
  const error = new Problem(`${name} failed (${code}): its output above says why`)
  error.output = output
  throw error
}

function node(name, args, options) {
  return tool(name, process.execPath, args, options)
}

// -- Install ------------------------------------------------------------------------------------------------------

const INSTALL_STAMP = 'node_modules/.qr-login'
const WITHOUT_DEV = ' without development'
const ADDON = 'better-sqlite3'

function compiler() {
  if (process.platform === 'darwin') return 'xcode-select --install'
  if (process.platform === 'win32')
    return 'install "Desktop development with C++" of Visual Studio Build Tools, and Python'
  if (fs.existsSync('/etc/debian_version')) return 'apt-get install python3 make g++'
  if (fs.existsSync('/etc/alpine-release')) return 'apk add python3 make g++'
  return 'install python3, make and g++ (dnf install python3 make gcc-c++)'
}

function explainNetwork(output) {
  const [code] =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH)\b/.exec(
      output,
    ) ?? []
  if (code)
    return `The network can't be reached (${code}): check the connection, or npm's proxy and registry settings, and start again`
  if (/ENOSPC/.test(output)) return 'The disk is full (ENOSPC): make room and start again'
}

export function explainInstall(output) {
  if (/npm (error|ERR!) code EUSAGE/.test(output) && /sync/.test(output))
    return 'package-lock.json does not fit package.json: run "npm install", and start again'
  if (/npm (error|ERR!) code (EACCES|EPERM)/.test(output))
    return `node_modules can't be written: make ${root} yours (chown), and start again`
  return explainNetwork(output)
}

export function explainCompile(output) {
  const signs = [
    [/ERR! find Python/i, 'Python is missing'],
    [
      /not found: make|make: (command )?not found|`make` failed.*ENOENT|spawn make ENOENT/i,
      'make is missing',
    ],
    [/(g\+\+|c\+\+|cc|clang\+\+)[^\n]*(not found|No such file)/i, 'a C++ compiler is missing'],
    [/ERR! find VS|find Visual Studio/i, 'a C++ compiler is missing'],
  ]
  const found = signs.find(([sign]) => sign.test(output))
  if (found) return `${ADDON} must be compiled here, but ${found[1]}: ${compiler()}, and start again`
  // That no ready one could be fetched is no failure; that Node's headers could not, is.
  return explainNetwork(output.replace(/^prebuild-install .*$/gm, ''))
}

/** Compares what npm noted in node_modules with package-lock.json; packages for other platforms may be absent. */
export function sameInstalled(wanted, installed) {
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  )
}

function isInstalled(dev) {
  const noted = read('node_modules/.package-lock.json')
  if (noted === undefined) return false
  const all = Object.entries(readJson('package-lock.json').packages)
  const wanted = Object.fromEntries(all.filter(([, entry]) => dev || !entry.dev))
  return sameInstalled(wanted, JSON.parse(noted).packages)
}

function addonLoads() {
  return node(ADDON, ['-e', `new (require('${ADDON}'))(':memory:')`]).then(
    () => true,
    () => false,
  )
}

/**
 * Packages by `npm ci`, then the one that has native code: compiled anew when Node's ABI changes.
 * Those for development are left out where NODE_ENV says so, as npm itself does.
 */
export async function install({ dev = process.env.NODE_ENV !== 'production' } = {}) {
  const packages = contentHash(['package-lock.json'])
  const wanted = `${packages} ${process.platform} ${process.arch} ${process.versions.modules}`
  const stamp = read(INSTALL_STAMP)?.trim()
  if (stamp === wanted || (!dev && stamp === wanted + WITHOUT_DEV)) return false
  const isSame = stamp?.startsWith(packages) && !(dev && stamp.endsWith(WITHOUT_DEV))
  if (!isSame && !isInstalled(dev))
    // Scripts of packages stay off: none but the addon's is needed, and some would download programs.
    await step('Installing packages', () =>
      tool('npm ci', 'npm', ['ci', dev ? '--include=dev' : '--omit=dev', '--ignore-scripts'], {
        explain: explainInstall,
      }),
    )
  if (!(await addonLoads()))
    await step(`Preparing ${ADDON} (compiled where there is no ready one)`, () =>
      tool('npm rebuild', 'npm', ['rebuild', ADDON, '--ignore-scripts=false', '--foreground-scripts'], {
        explain: explainCompile,
      }),
    )
  write(INSTALL_STAMP, `${wanted}${dev ? '' : WITHOUT_DEV}\n`)
  return true
}

// -- Generate, prepare, build -------------------------------------------------------------------------------------

const GENERATE_STAMP = 'lib/generated/.stamp'
const BUILD_STAMP = '.next/qr-login-build'

const SCHEMAS = ['prisma/schema.prisma', 'prisma/postgresql/schema.prisma']

/** The Prisma clients, one for each kind of database, made from the schema and its twin. */
export async function generate() {
  const wanted = `${contentHash(SCHEMAS)} ${readJson('node_modules/prisma/package.json').version}\n`
  if (read(GENERATE_STAMP) === wanted) return false
  await step('Generating the database clients', async () => {
    for (const schema of SCHEMAS) await node('prisma generate', [BIN.prisma, 'generate', '--schema', schema])
  })
  write(GENERATE_STAMP, wanted)
  return true
}

/** Settings are checked and the database is made before the long build, so that a mistake shows at once. */
export async function prepare() {
  await step('Preparing the database', () =>
    node('scripts/prepare.ts', ['--import', 'tsx', 'scripts/prepare.ts'], {
      explain: (output, code) => (code === 2 ? output.trim() : undefined),
    }),
  )
}

function buildHash() {
  const skip = (file) =>
    file.startsWith('lib/generated/') || file.startsWith('lib/testing/') || /\.test\.tsx?$/.test(file)
  return `${contentHash(BUILT_FROM, skip)}\n`
}

export function isBuilt() {
  return read(BUILD_STAMP) === buildHash()
}

export async function build() {
  const wanted = buildHash()
  fs.rmSync(path.join(root, BUILD_STAMP), { force: true })
  await step('Building the app', () =>
    node('next build', [BIN.next, 'build'], { env: { NODE_ENV: 'production' } }),
  )
  write(BUILD_STAMP, wanted)
}
