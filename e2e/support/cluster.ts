/** Several servers on one PostgreSQL database, behind a proxy that hands each call to any of them. */
import { randomBytes } from 'node:crypto'
import { Postgres } from '../../lib/testing/postgres'
import { RedisServer } from '../../lib/testing/redis'
import { Wire } from '../../lib/testing/wire'
import { Rows } from './database'
import { balancingProxy } from './proxy'
import { Server, type Proxy } from './server'

const METRICS_TOKEN = 'only-for-tests-only-for-tests'
const DATABASE = 'qr_login'
/** What the servers' connections for messages call themselves. */
const BUS = 'qr-login bus'

export interface ClusterOptions {
  nodes?: number
  /** Login requests, limits and messages in a Redis of its own. */
  redis?: boolean
  /** For all of them. */
  environment?: Record<string, string>
  /** For one alone, by its place. */
  environments?: Record<string, string>[]
}

export class Cluster {
  readonly nodes: Server[] = []

  private constructor(
    readonly postgres: Postgres,
    readonly redis: RedisServer | undefined,
    /** Between the servers and the database. */
    readonly wire: Wire,
    readonly proxy: Proxy,
    readonly options: ClusterOptions,
  ) {}

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const postgres = await Postgres.start({ durable: true })
    await postgres.run(`CREATE DATABASE ${DATABASE}`)
    const ports: number[] = []
    const [wire, proxy] = [await Wire.start(postgres.port), await balancingProxy(() => ports)]
    const redis = options.redis ? await RedisServer.start() : undefined
    const cluster = new Cluster(postgres, redis, wire, proxy, options)
    try {
      await cluster.#startNodes()
    } catch (error) {
      await cluster.dispose()
      throw error
    }
    ports.push(...cluster.nodes.map(({ port }) => port))
    return cluster
  }

  async #startNodes(): Promise<void> {
    const { nodes = 2, environment, environments } = this.options
    const shared = {
      APP_URL: this.url,
      DATABASE_URL: this.postgres.url(DATABASE).replace(`:${this.postgres.port}/`, `:${this.wire.port}/`),
      ...(this.redis && { REDIS_URL: this.redis.url() }),
      AUTH_SECRET: randomBytes(32).toString('base64url'),
      METRICS_TOKEN,
      SAFETY_READ_SECONDS: '5',
      ...environment,
    }
    // Together: only one of them may make the tables.
    const started = Array.from({ length: nodes }, async (_, index) => {
      const own = { ...shared, ...environments?.[index] }
      this.nodes.push(await Server.start({ behindProxy: true, environment: own }))
    })
    const outcomes = await Promise.allSettled(started)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  get url(): string {
    return this.proxy.url
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Its database, asked past the wire. */
  rows(): Rows {
    return new Rows({
      databaseUrl: this.postgres.url(DATABASE),
      databaseFile: '',
      redisUrl: this.redis?.url(),
    })
  }

  /** Ends any one server in the middle of its work, and starts it anew as often as that takes. */
  async killOne(): Promise<void> {
    const node = anyOf(this.nodes)
    await node.kill()
    await this.#revive(node)
  }

  /** As whatever watches over servers would: one that can't start is started again. */
  async #revive(node: Server, tries = 5): Promise<void> {
    try {
      await node.start()
    } catch (error) {
      await node.kill()
      if (tries === 1) throw error
      await this.#revive(node, tries - 1)
    }
  }

  /** Cuts every server's connection for messages, and lets it have another one once that is `allowed`. */
  async cutBus(allowed: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (this.redis) return this.#cutChannels(this.redis, allowed)
    this.wire.refused = BUS
    await this.postgres.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${BUS}'`,
    )
    await allowed
    this.wire.refused = undefined
  }

  /** Whoever loses the right to its channels loses its connection as well. */
  async #cutChannels(redis: RedisServer, allowed: Promise<unknown>): Promise<void> {
    await redis.run((client) => client.call('ACL', 'SETUSER', 'default', 'resetchannels'))
    await allowed
    await redis.run((client) => client.call('ACL', 'SETUSER', 'default', 'allchannels'))
  }

  /** What a server says of itself, by the name and labels of the figure. */
  async figure(node: Server, name: string): Promise<number> {
    const response = await fetch(`http://localhost:${node.port}/api/metrics`, {
      headers: { authorization: `Bearer ${METRICS_TOKEN}` },
    })
    const line = (await response.text()).split('\n').find((line) => line.startsWith(`${name} `))
    return Number(line?.split(' ').at(-1))
  }

  async dispose(): Promise<void> {
    for (const node of this.nodes) {
      await node.kill()
      await node.dispose()
    }
    await this.proxy.close()
    await this.wire.close()
    await this.redis?.stop()
    await this.postgres.dispose()
  }
}

export const anyOf = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!
