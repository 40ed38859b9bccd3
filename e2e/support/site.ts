/** Two nodes on one PostgreSQL, with nginx or Caddy in front of them: as in life, but on one machine. */
import { randomBytes } from 'node:crypto'
import { Postgres } from '../../lib/testing/postgres'
import { startFront, type FrontName } from './front'
import { freePort, Server, type Proxy } from './server'

const METRICS_TOKEN = 'a-token-of-the-operator'

export class Site {
  #front: (Proxy & { name: FrontName }) | undefined

  private constructor(
    readonly postgres: Postgres,
    readonly port: number,
    readonly nodes: [Server, Server],
  ) {}

  static async start(): Promise<Site> {
    const postgres = await Postgres.start()
    const port = await freePort()
    const environment = {
      APP_URL: `https://localhost:${port}`,
      DATABASE_URL: postgres.url(),
      AUTH_SECRET: randomBytes(32).toString('base64url'),
      // No more than the one in front: the callers are on this machine as well.
      TRUSTED_PROXIES: '127.0.0.1',
      METRICS_TOKEN,
    }
    // No file of theirs, then: the database is the one above.
    const start = () => Server.start({ environment, sqlite: true, rareSafetyRead: true })
    return new Site(postgres, port, await Promise.all([start(), start()]))
  }

  /** Puts that one in front of the nodes, at their address. */
  async standBehind(name: FrontName): Promise<void> {
    if (this.#front?.name === name) return
    await this.#front?.close()
    const nodes = this.nodes.map(({ port }) => port)
    this.#front = { ...(await startFront(name, this.port, nodes)), name }
  }

  /** Where plain HTTP is led to HTTPS. */
  get plainPort(): number | undefined {
    return this.#front?.plainPort
  }

  /** How many login requests a node was asked to open. */
  async opened(node: Server): Promise<number> {
    const response = await fetch(`http://localhost:${node.port}/api/metrics`, {
      headers: { authorization: `Bearer ${METRICS_TOKEN}` },
    })
    const line = /^qrlogin_http_request_seconds_count\{route="\/api\/login",method="POST".*\} (\d+)$/m
    return Number(line.exec(await response.text())?.[1] ?? 0)
  }

  async close(): Promise<void> {
    await this.#front?.close()
    for (const node of this.nodes) await node.dispose()
    await this.postgres.dispose()
  }
}
