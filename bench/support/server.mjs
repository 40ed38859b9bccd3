// A measured server: a child process, its address, and what it takes of the machine.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { WORK } from './paths.mjs'
import { cpuMsOf, end, freePort, rssMbOf, running, until } from './process.mjs'

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
    const answers = async () => (await this.#answer(ready)) === status
    await until(answers, this.#child, () => `${args.join(' ')}:\n${this.#output}`)
  }

  async #answer(ready) {
    const response = await fetch(this.url + ready, { redirect: 'manual' }).catch(() => null)
    await response?.arrayBuffer()
    return response?.status
  }

  get output() {
    return this.#output
  }

  cpuMs() {
    return cpuMsOf(this.#child.pid)
  }

  rssMb() {
    return rssMbOf(this.#child.pid)
  }

  signal(name) {
    this.#child.kill(name)
  }

  async stop() {
    running.delete(this)
    await end(this.#child, 'SIGTERM')
    fs.rmSync(this.dataDir, { recursive: true, force: true })
  }
}
