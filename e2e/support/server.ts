/** The production server as a child process, with a port, a database and a secret of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { MAIL_CERTIFICATE } from '../../lib/testing/mail-server'
import { writePlaces, type Location } from '../../lib/testing/mmdb'
import { copyOfTemplate } from '../../lib/testing/postgres'
import { nextRedisDatabase } from '../../lib/testing/redis'

const ROOT = path.resolve(import.meta.dirname, '../..')
const READY_WITHIN_MS = 60_000
const GONE_WITHIN_MS = 12_000
/** A fifth of a start would be the reading of megabytes of them. */
const WITHOUT_SOURCE_MAPS = 'data:text/javascript,process.setSourceMapsEnabled(false)'

export interface ServerOptions {
  /** Keeps the limits that people meet; without it, a thousand times as much is allowed. */
  limits?: boolean
  /** Lets this machine's own loopback address forward, as a proxy in front would. */
  behindProxy?: boolean
  /** Starts what stands between the server and everybody else. */
  proxy?: (port: number) => Promise<Proxy>
  /**
   * Looks only each minute for what the server did not hear of, as in production; without it, each second, since tests
   * change rows behind its back.
   */
  rareSafetyRead?: boolean
  /** How many connections may be held for desktops that wait. */
  maxStreams?: number
  /** What a sign-in has to prove. Without it, nothing: what is not about proofs is approved by one plain tap. */
  policy?: 'adaptive' | 'strict' | 'off'
  /** A network that is trusted. */
  trusted?: string
  /** What its database of places says of networks; without it, it has none. */
  places?: Record<string, Location>
  /** Its mail server, whose certificate it is told to trust; it logs more then. */
  mail?: string
  /** False leaves the login API to Next. */
  fastLane?: boolean
  /** The most that its heap may grow to; without it, garbage is collected only when much has gathered. */
  heapMebibytes?: number
  /** For tests that are about SQLite itself: its file is the database, whichever engine was asked for. */
  sqlite?: boolean
  /** For tests that take the database away: whatever engines were asked for, login requests are in it. */
  withoutRedis?: boolean
  /** Settings of its own, which go before all others. */
  environment?: Record<string, string>
}

/** Another address for a server. */
export interface Proxy {
  url: string
  /** Where it leads plain HTTP to HTTPS. */
  plainPort?: number
  close(): Promise<void>
}

export class Server {
  #child: ChildProcess | undefined
  #output = ''
  readonly #secret = randomBytes(32).toString('base64url')

  private constructor(
    readonly port: number,
    readonly dataDir: string,
    readonly options: ServerOptions,
    readonly proxy: Proxy | undefined,
    /** Of its PostgreSQL database; without it, it has a SQLite file. */
    readonly databaseUrl: string | undefined,
    /** Of its Redis; without it, login requests are in the database as well. */
    readonly redisUrl: string | undefined,
  ) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    if (!fs.existsSync(path.join(ROOT, '.next/BUILD_ID')))
      throw new Error('There is no build to test: run "npm start -- --build-only" first.')
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-e2e-'))
    const port = await freePort()
    const isGiven = options.environment?.DATABASE_URL !== undefined
    const database = isGiven || options.sqlite ? undefined : await copyOfTemplate(path.basename(dataDir))
    if (!isGiven && database === undefined) copySqliteTemplate(path.join(dataDir, 'qr-login.db'))
    const redis = database === undefined || options.withoutRedis ? undefined : await nextRedisDatabase()
    const server = new Server(port, dataDir, options, await options.proxy?.(port), database, redis)
    if (options.places) writePlaces(server.placesFile, options.places)
    try {
      await server.start()
    } catch (error) {
      await server.kill()
      throw error
    }
    return server
  }

  get url(): string {
    return this.options.environment?.APP_URL ?? this.proxy?.url ?? `http://localhost:${this.port}`
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get databaseFile(): string {
    return path.join(this.dataDir, 'qr-login.db')
  }

  /** What its keys are made of. */
  get authSecret(): string {
    if (this.databaseUrl !== undefined) return this.#secret
    return fs.readFileSync(path.join(this.dataDir, 'auth-secret'), 'utf8').trim()
  }

  /** What the process has written. */
  get output(): string {
    return this.#output
  }

  get placesFile(): string {
    return path.join(this.dataDir, 'places.mmdb')
  }

  /** Starts the process (anew, after `stop`) on the same port and data, and waits until it shows a page. */
  async start(): Promise<void> {
    const { heapMebibytes } = this.options
    const heap = heapMebibytes === undefined ? [] : [`--max-old-space-size=${heapMebibytes}`]
    const program = ['--import', 'tsx', '--import', WITHOUT_SOURCE_MAPS, 'server/main.ts']
    const child = spawn(process.execPath, [...heap, ...program], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#environment(),
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`The server did not start:\n${this.#output}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /**
   * Asks the process to stop, as an operator would, and waits until it is gone.
   * @returns its exit code, or null where it had to be killed
   */
  async stop(): Promise<number | null> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const timer = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN_MS)
    child.kill('SIGTERM')
    await gone
    clearTimeout(timer)
    return child.exitCode
  }

  /** Ends the process in the middle of whatever it does, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Ends it for good: the data goes too. How a server stops is for e2e/operation/stop.spec.ts. */
  async dispose(): Promise<void> {
    await this.kill()
    await this.proxy?.close()
    fs.rmSync(this.dataDir, { recursive: true, force: true })
  }

  async #answers(): Promise<boolean> {
    const { environment } = this.options
    // Nobody may stand at an address of its own yet.
    const address = environment?.APP_URL
      ? `http://localhost:${this.port}/api/health/ready`
      : `${this.url}/signin`
    const response = await fetch(address).catch(() => null)
    return response?.ok ?? false
  }

  /** Nothing of the tester's own settings reaches the server. */
  #environment(): NodeJS.ProcessEnv {
    const { PATH, HOME, TMPDIR } = process.env
    const { limits, behindProxy, rareSafetyRead, maxStreams, fastLane, trusted, policy } = this.options
    return {
      ...Object.fromEntries(
        Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined),
      ),
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      PORT: String(this.port),
      APP_URL: this.url,
      DATA_DIR: this.dataDir,
      ...(this.databaseUrl && { DATABASE_URL: this.databaseUrl, AUTH_SECRET: this.authSecret }),
      ...(this.redisUrl && { REDIS_URL: this.redisUrl }),
      LOG_LEVEL: 'error',
      ...(!limits && { RATE_LIMIT_SCALE: '1000' }),
      ...(behindProxy && { TRUSTED_PROXIES: 'loopback' }),
      PROOF_POLICY: policy ?? 'off',
      ...(trusted && { TRUSTED_NETWORKS: trusted }),
      ...(this.options.places && { GEOIP_DATABASE: this.placesFile }),
      ...(this.options.mail && {
        SMTP_URL: this.options.mail,
        NODE_EXTRA_CA_CERTS: MAIL_CERTIFICATE,
        LOG_LEVEL: 'info',
      }),
      ...(!rareSafetyRead && { SAFETY_READ_SECONDS: '1' }),
      ...(maxStreams !== undefined && { MAX_STREAMS: String(maxStreams) }),
      ...(fastLane === false && { FAST_LANE: 'off' }),
      ...this.options.environment,
    }
  }
}

/** Saves migrating one more database, where the tests' setup left one to copy. */
function copySqliteTemplate(file: string): void {
  const { TEST_SQLITE_FILE } = process.env
  if (TEST_SQLITE_FILE) fs.copyFileSync(TEST_SQLITE_FILE, file)
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
