/**
 * The bus by PostgreSQL's LISTEN and NOTIFY, on one connection of its own: every server on the database hears every
 * message, its own included, so that what a server hears of itself says that the bus lives.
 */
import pg from 'pg'
import { attempt } from '../attempt'
import { log } from '../log'
import type { Bus, Listener } from './bus'

const CHANNEL = 'qr_login'
/** PostgreSQL takes up to 8000 bytes; an id has 22. */
const MESSAGES_AT_ONCE = 200
/** Past this many that could not be sent, they are dropped: who waits reads the database then. */
const MAX_QUEUED = 10_000
const CONNECT_WITHIN_MS = 5_000
const RECONNECT_MS = { least: 100, most: 5_000 }

export class PostgresBus implements Bus {
  readonly #listeners = new Set<Listener>()
  #client: pg.Client | undefined
  #queue: string[] = []
  #sending = false
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(readonly url: string) {
    void this.#connect()
  }

  publish(message: string): void {
    if (this.#queue.length >= MAX_QUEUED) this.#queue = []
    this.#queue.push(message)
    void this.#send()
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    await this.#client?.end().catch(() => {})
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      keepAlive: true,
      application_name: 'qr-login bus',
    })
    // A connection that breaks says so twice, and then ends once.
    client.on('error', () => {})
    client.once('end', () => this.#lost(client))
    client.on('notification', ({ payload = '' }) => this.#hear(payload))
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      log().warn({ cause: (error as Error).message }, 'the bus has no connection')
      void client.end().catch(() => {})
      return this.#lost(client)
    }
    this.#client = client
    this.#failures = 0
    // What was said before this connection listened is read from the rows.
    for (const listener of this.#listeners) attempt(() => listener.miss?.())
    void this.#send()
  }

  /** Of several ends of one connection the first counts. */
  readonly #ended = new WeakSet<pg.Client>()
  #lost(client: pg.Client): void {
    if (this.#ended.has(client) || this.#isClosed) return
    this.#ended.add(client)
    this.#client = undefined
    for (const listener of this.#listeners) attempt(() => listener.miss?.())
    const longest = Math.min(RECONNECT_MS.most, RECONNECT_MS.least * 2 ** this.#failures++)
    this.#retry = setTimeout(() => void this.#connect(), longest * (0.5 + Math.random() / 2)).unref()
  }

  #hear(payload: string): void {
    for (const message of payload.split('\n'))
      for (const listener of this.#listeners) attempt(() => listener.hear(message))
  }

  /** What gathers while one statement is on its way goes with the next. */
  async #send(): Promise<void> {
    const client = this.#client
    if (this.#sending || !client) return
    this.#sending = true
    let batch: string[] = []
    try {
      while (this.#queue.length > 0 && client === this.#client) {
        batch = this.#queue.splice(0, MESSAGES_AT_ONCE)
        await client.query('SELECT pg_notify($1, $2)', [CHANNEL, batch.join('\n')])
      }
    } catch (error) {
      log().warn({ cause: (error as Error).message }, 'the bus could not send')
      this.#queue.unshift(...batch)
      void client.end().catch(() => {})
    } finally {
      this.#sending = false
    }
  }
}
