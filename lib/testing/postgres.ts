/** A PostgreSQL server of the tests' own, on a free port: it is gone with them. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { freePort } from './ports'

const READY_WITHIN_MS = 20_000
const USER = 'qrlogin'
/** Nothing of it outlives the tests, so that it need not reach the disk. */
const CAREFREE = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** The folder of PostgreSQL's programs; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort() : []
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')).reverse()]
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(path.delimiter)])
    if (fs.existsSync(path.join(folder, 'initdb'))) return folder
  return undefined
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export class Postgres {
  #child: ChildProcess | undefined

  private constructor(
    readonly port: number,
    readonly folder: string,
    readonly programs: string,
    readonly settings: readonly string[],
  ) {}

  /** @param durable for tests that end the server in the middle of its work: what it promised must outlive that */
  static async start({ durable = false } = {}): Promise<Postgres> {
    const programs = postgresPrograms()
    if (!programs) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-postgres-'))
    const { uid, gid } = unprivileged()
    if (uid !== undefined && gid !== undefined) fs.chownSync(folder, uid, gid)
    const made = new Postgres(await freePort(), folder, programs, durable ? [] : CAREFREE)
    const options = ['--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--no-sync', '--locale=C']
    execFileSync(path.join(programs, 'initdb'), ['-D', folder, ...options], {
      ...unprivileged(),
      stdio: 'pipe',
    })
    await made.start()
    return made
  }

  url(database = 'postgres'): string {
    return `postgresql://${USER}@127.0.0.1:${this.port}/${database}`
  }

  /** Starts the server (anew, after `stop`), and waits until it answers. */
  async start(): Promise<void> {
    const own = [`port=${this.port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${this.folder}`]
    const settings = [...this.settings, ...own, 'max_connections=300']
    const options = settings.flatMap((setting) => ['-c', setting])
    this.#child = spawn(path.join(this.programs, 'postgres'), ['-D', this.folder, ...options], {
      ...unprivileged(),
      stdio: 'ignore',
    })
    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await this.#answers())) {
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error('PostgreSQL did not start.')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** `fast` ends every connection, `immediate` is as if the power had gone. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
  }

  async dispose(): Promise<void> {
    await this.stop('immediate')
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs a statement as the owner of everything. */
  async run(statement: string, database?: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.url(database) })
    // What breaks it fails the statement as well.
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.query(statement)
    } finally {
      await client.end()
    }
  }

  async #answers(): Promise<boolean> {
    return this.run('SELECT 1').then(
      () => true,
      () => false,
    )
  }
}

/**
 * A database of its own, with its tables, on the server that lib/testing/global.ts started for the tests.
 * @returns its address, or nothing where the tests were not asked to run on PostgreSQL
 */
export async function copyOfTemplate(name: string): Promise<string | undefined> {
  const { TEST_POSTGRES_URL: url } = process.env
  if (url === undefined) return undefined
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // The template can be copied by one at a time.
  await client.query('SELECT pg_advisory_lock(1)')
  await client.query(`CREATE DATABASE "${name}" TEMPLATE template`)
  await client.end()
  return new URL(`/${name}`, url).href
}
