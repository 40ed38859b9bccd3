// A PostgreSQL of the bench's own, on a free port, with the settings that it comes with: each commit waits for the disk.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { cpuMsOfFamily, end, folderOf, freePort, running, until } from './process.mjs'

const DEBIAN = '/usr/lib/postgresql'
const USER = 'qrlogin'
/** The channel of the app's bus. */
const CHANNEL = 'qr_login'
const COUNTER = 'shared_preload_libraries=pg_stat_statements'
/** In a file, because what the command line says can't be changed later. */
const NOT_YET = "\npg_stat_statements.track = 'none'\n"

const newestFirst = () =>
  fs.existsSync(DEBIAN) ? fs.readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []

const programs = () =>
  folderOf(
    'initdb',
    newestFirst().map((version) => path.join(DEBIAN, version, 'bin')),
  )

/** Why there is none; undefined where there is. */
export const postgresMissing = () => (programs() ? undefined : 'PostgreSQL is not installed')

export const postgresVersion = () =>
  programs() && /\d+(\.\d+)*/.exec(run('postgres', ['--version']).toString())[0]

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function unprivileged() {
  if (process.getuid() !== 0) return {}
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function run(program, args) {
  return execFileSync(path.join(programs(), program), args, { ...unprivileged(), stdio: 'pipe' })
}

export class Postgres {
  #child
  #client
  #output = ''
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-bench-'))

  static async start() {
    const postgres = new Postgres()
    running.add(postgres)
    await postgres.#start(await freePort())
    return postgres
  }

  async #start(port) {
    const { uid, gid } = unprivileged()
    if (uid !== undefined) fs.chownSync(this.#folder, uid, gid)
    const data = path.join(this.#folder, 'data')
    run('initdb', ['-D', data, '--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--locale=C'])
    fs.appendFileSync(path.join(data, 'postgresql.conf'), NOT_YET)
    const settings = [COUNTER, `port=${port}`, 'listen_addresses=127.0.0.1']
    const options = [...settings, `unix_socket_directories=${this.#folder}`].flatMap((each) => ['-c', each])
    this.#child = spawn(path.join(programs(), 'postgres'), ['-D', data, ...options], {
      ...unprivileged(),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.stderr.on('data', (chunk) => (this.#output = (this.#output + chunk).slice(-10_000)))
    this.url = `postgresql://${USER}@127.0.0.1:${port}/postgres`
    await until(
      () => this.#connects(),
      this.#child,
      () => `PostgreSQL did not start:\n${this.#output}`,
    )
    await this.#client.query('CREATE EXTENSION pg_stat_statements')
  }

  async #connects() {
    const client = new pg.Client({ connectionString: this.url })
    client.on('error', () => {})
    this.#client = client
    return client.connect().then(
      () => true,
      () => false,
    )
  }

  /** Processor time of all its processes. */
  cpuMs() {
    return cpuMsOfFamily(this.#child.pid)
  }

  /** From now on statements are counted, which takes a little time of each. */
  async startCounting() {
    await this.#client.query("ALTER SYSTEM SET pg_stat_statements.track = 'top'")
    await this.#client.query('SELECT pg_reload_conf()')
    // Each connection takes it up before its next statement, once the signal has arrived.
    await sleep(500)
  }

  /**
   * What it has done so far: statements, those of them that told the bus, transactions (some seconds late), those of
   * them that wrote, bytes of log, and bytes of tables and their indexes.
   */
  async counters() {
    const { rows } = await this.#client.query(`SELECT
      (SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%')::float8 AS statements,
      (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE '%pg_notify%')::float8 AS notifies,
      (SELECT xact_commit + xact_rollback FROM pg_stat_database
        WHERE datname = current_database())::float8 AS transactions,
      pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS writes,
      (pg_current_wal_insert_lsn() - '0/0')::float8 AS "logBytes",
      pg_database_size(current_database())::float8 AS "storedBytes"`)
    return rows[0]
  }

  /** Connections that listen to the bus as servers do. */
  async listen(count) {
    const clients = []
    let messages = 0
    for (let i = 0; i < count; i++) {
      const client = new pg.Client({ connectionString: this.url })
      await client.connect()
      // Several messages may come as one, a line each.
      client.on('notification', ({ payload }) => (messages += payload.split('\n').length))
      await client.query(`LISTEN ${CHANNEL}`)
      clients.push(client)
    }
    return {
      heard: () => messages / count,
      close: () => Promise.all(clients.map((client) => client.end())),
    }
  }

  async stop() {
    running.delete(this)
    await this.#client?.end().catch(() => {})
    if (this.#child) await end(this.#child, 'SIGINT')
    fs.rmSync(this.#folder, { recursive: true, force: true })
  }
}
