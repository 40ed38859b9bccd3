// A measured server: a child process, its address, and what it takes of the machine.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { WORK } from './paths.mjs'

const READY_WITHIN_MS = 60_000
const GONE_WITHIN_MS = 15_000
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

const running = new Set()

export class Server {
  #child
  #output = ''

  constructor(port) {
    this.port = port
    this.url = `http://localhost:${port}`
    this.dataDir = fs.mkdtempSync(path.join(WORK, 'data-'))
  }

  /** Starts `node ...args` and waits until `path` is answered with `status`. */
  static async start({ args, cwd, env = {}, path: ready, status = 200 }) {
    const server = new Server(await freePort())
    running.add(server)
    await server.#start(args(server), cwd, env, ready, status)
    return server
  }

  async #start(args, cwd, env, ready, status) {
    const { PATH, HOME, TMPDIR = os.tmpdir() } = process.env
    this.#child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        TMPDIR,
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        PORT: String(this.port),
        APP_URL: this.url,
        DATA_DIR: this.dataDir,
        ...env,
      },
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.on('data', (chunk) => (this.#output = (this.#output + chunk).slice(-10_000)))
    const deadline = Date.now() + READY_WITHIN_MS
    while ((await this.#answer(ready)) !== status) {
      if (this.hasEnded || Date.now() > deadline) throw new Error(`${args.join(' ')}:\n${this.#output}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async #answer(ready) {
    const response = await fetch(this.url + ready, { redirect: 'manual' }).catch(() => null)
    await response?.arrayBuffer()
    return response?.status
  }

  get pid() {
    return this.#child.pid
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  get output() {
    return this.#output
  }

  /** Processor time that the process has taken so far, in milliseconds: user and system, all threads. */
  cpuMs() {
    const stat = fs.readFileSync(`/proc/${this.pid}/stat`, 'utf8')
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return ((Number(utime) + Number(stime)) * 1000) / TICKS_PER_SECOND
  }

  /** Resident memory, in MiB. */
  rssMb() {
    const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
  }

  signal(name) {
    this.#child.kill(name)
  }

  async stop() {
    running.delete(this)
    if (!this.hasEnded) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve))
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), GONE_WITHIN_MS)
      this.#child.kill('SIGTERM')
      await gone
      clearTimeout(timer)
    }
    fs.rmSync(this.dataDir, { recursive: true, force: true })
  }
}

export async function stopAll() {
  await Promise.all([...running].map((server) => server.stop()))
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
