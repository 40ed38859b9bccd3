/**
 * What the Dockerfile says, done without Docker: the files that it takes, packages without those for development, its
 * commands in their order and surroundings, and a user who can't change the program.
 */
import { execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { dockerfile, ignored } from '../../scripts/dockerfile'
import { freePort } from '../support/server'

const ROOT = path.resolve(import.meta.dirname, '../..')
const NOBODY = 65_534
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8')

interface Package {
  dev?: boolean
}

/** COPY, but for what .dockerignore leaves out. */
function copyProgram(to: string): void {
  const left = ignored(read('.dockerignore'))
  const isTaken = (file: string) => !left.includes(path.relative(ROOT, file))
  fs.cpSync(ROOT, to, { recursive: true, filter: isTaken })
}

/** What `npm ci --omit=dev` would install, without fetching and compiling it once more. */
function copyPackages(to: string): void {
  const noted = JSON.parse(read('node_modules/.package-lock.json')) as { packages: Record<string, Package> }
  const packages = Object.entries(noted.packages).filter(([, { dev }]) => !dev)
  for (const [place] of packages.filter(([name]) => name.lastIndexOf('node_modules/') === 0)) {
    fs.mkdirSync(path.join(to, path.dirname(place)), { recursive: true })
    execFileSync('cp', ['-a', '--reflink=auto', path.join(ROOT, place), path.join(to, place)])
  }
  execFileSync('cp', ['-a', path.join(ROOT, 'node_modules/.bin'), path.join(to, 'node_modules/.bin')])
  const text = JSON.stringify({ ...noted, packages: Object.fromEntries(packages) })
  fs.writeFileSync(path.join(to, 'node_modules/.package-lock.json'), text)
}

/** Runs a command to its end; its exit code and what it said. */
function run([program = '', ...args]: string[], options: SpawnOptions): Promise<[number | null, string]> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve([code, output])))
}

test('the image builds, serves as nobody, tells whether it lives, and stops when it is told', async () => {
  // It builds the app, which takes its time.
  test.setTimeout(900_000)
  test.skip(process.platform === 'win32', 'images are not for Windows')
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-image-'))
  const app = path.join(parent, 'app')
  const data = path.join(parent, 'data')
  const [build, serve] = dockerfile(read('Dockerfile'))
  const { PATH = '' } = process.env
  let endAll = () => {}
  try {
    copyProgram(app)
    copyPackages(app)
    expect(fs.existsSync(path.join(app, 'node_modules/vitest'))).toBe(false)
    const making = { PATH, HOME: parent, ...build?.env, DATA_DIR: path.join(parent, 'build-data') }
    for (const command of build?.commands ?? [])
      expect(await run(command, { cwd: app, env: making as never })).toEqual([0, expect.any(String)])

    fs.chmodSync(parent, 0o755)
    fs.mkdirSync(data, { mode: 0o700 })
    const somebody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
    if (somebody.uid) fs.chownSync(data, NOBODY, NOBODY)
    const port = String(await freePort())
    const env = { PATH, HOME: data, ...serve?.env, DATA_DIR: data, PORT: port, LOG_LEVEL: 'error' }
    const inside = { cwd: app, env: env as never, ...somebody }
    const [health = [], start = []] = serve?.commands ?? []
    expect((await run(health, inside))[0]).toBe(1)

    const server = spawn(start[0]!, start.slice(1), { ...inside, stdio: 'ignore', detached: true })
    endAll = () => process.kill(-server.pid!, 'SIGKILL')
    const stopped = new Promise((resolve) => server.once('exit', resolve))
    await expect.poll(async () => (await run(health, inside))[0], { timeout: 120_000 }).toBe(0)
    const origin = `http://localhost:${port}`
    expect(await (await fetch(`${origin}/login`)).text()).toContain('</html>')
    const opened = await fetch(`${origin}/api/login`, { method: 'POST', headers: { origin } })
    expect(opened.status).toBe(201)
    expect(await run(['npm', 'run', '--silent', 'user', '--', 'list'], inside)).toEqual([
      0,
      'There are no accounts.\n',
    ])
    // Built once: nothing of the program has changed since, and nothing could.
    expect(fs.readdirSync(data)).toEqual(expect.arrayContaining(['auth-secret', 'qr-login.db']))

    const from = Date.now()
    server.kill('SIGTERM')
    expect(await stopped).toBe(0)
    expect(Date.now() - from).toBeLessThan(10_000)
    expect((await run(health, inside))[0]).toBe(1)
    endAll = () => {}
  } finally {
    endAll()
    fs.rmSync(parent, { recursive: true, force: true })
  }
})
