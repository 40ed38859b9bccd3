/** A Redis of the tests' own, on a free port: it is gone with them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { Redis } from 'ioredis'
import { freePort } from './ports'

const READY_WITHIN_MS = 10_000

/** Whether Redis is installed. */
export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0

export class RedisServer {
  #child: ChildProcess | undefined

  private constructor(
    readonly port: number,
    readonly options: string[],
  ) {}

  /** @param options further settings, as `redis-server` takes them */
  static async start(...options: string[]): Promise<RedisServer> {
    if (!hasRedis()) throw new Error('Redis is not installed: apt-get install redis-server')
    const server = new RedisServer(await freePort(), options)
    await server.start()
    return server
  }

  url(database = 0): string {
    return `redis://127.0.0.1:${this.port}/${database}`
  }

  /** Starts it (anew and empty, after `stop`), and waits until it answers. */
  async start(): Promise<void> {
    const settings = { port: this.port, bind: '127.0.0.1', save: '', appendonly: 'no', databases: 1000 }
    const all = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    this.#child = spawn('redis-server', [...all, ...this.options], { stdio: 'ignore' })
    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await this.#answers())) {
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error('Redis did not start.')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** What it held is gone. */
  async stop(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Runs work with a connection. */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url(), { retryStrategy: () => null, lazyConnect: true })
    client.on('error', () => {})
    try {
      await client.connect()
      return await work(client)
    } finally {
      client.disconnect()
    }
  }

  #answers(): Promise<boolean> {
    return this.run((client) => client.ping()).then(
      () => true,
      () => false,
    )
  }
}

/** A database of the tests' Redis that nobody has used yet; undefined where they run without one. */
export async function nextRedisDatabase(): Promise<string | undefined> {
  const { TEST_REDIS_URL: url } = process.env
  if (url === undefined) return undefined
  const client = new Redis(url)
  const number = await client.incr('databases')
  client.disconnect()
  return new URL(`/${number}`, url).href
}
