/** The bus by PostgreSQL's LISTEN and NOTIFY, on one connection of its own: every server on the database hears it. */
import pg from 'pg'
import { impatientSocket } from '../db/line'
import { log } from '../log'
import { newId } from '../tokens'
import type { Bus, Listener } from './bus'
import { FOR_ALL, Listeners } from './listeners'

const CHANNEL = 'qr_login'
/** PostgreSQL takes up to 8000 bytes; an origin and an id have 45, a beat some more. */
const MESSAGES_AT_ONCE = 100
/** Past this many that could not be sent, they are dropped: who waits reads the database then. */
const MAX_QUEUED = 10_000
const CONNECT_WITHIN_MS = 5_000
/** How long PostgreSQL may take to hand on a batch. */
const SENT_WITHIN_MS = 10_000
const RECONNECT_MS = { least: 100, most: 5_000 }

export class PostgresBus implements Bus {
  readonly #origin = newId()
  readonly #listeners = new Listeners()
  #client: pg.Client | undefined
  #queue: string[] = []
  #sending = false
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(readonly url: string) {
    void this.#connect()
  }

  get isUp(): boolean {
    return this.#client !== undefined
  }

  publish(message: string): void {
    this.#listeners.tell(message)
    this.#enqueue(this.#origin, message)
  }

  ping(message: string): void {
    this.#enqueue(FOR_ALL, message)
  }

  #enqueue(origin: string, message: string): void {
    if (this.#queue.length >= MAX_QUEUED) this.#queue = []
    this.#queue.push(`${origin} ${message}`)
    void this.#send()
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener)
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
      stream: impatientSocket(SENT_WITHIN_MS, () => this.#sending || !this.isUp),
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
    this.#listeners.missed()
    void this.#send()
  }

  /** Of several ends of one connection the first counts. */
  readonly #ended = new WeakSet<pg.Client>()
  #lost(client: pg.Client): void {
    if (this.#ended.has(client) || this.#isClosed) return
    this.#ended.add(client)
    if (client === this.#client) this.#listeners.missed()
    this.#client = undefined
    const longest = Math.min(RECONNECT_MS.most, RECONNECT_MS.least * 2 ** this.#failures++)
    this.#retry = setTimeout(() => void this.#connect(), longest * (0.5 + Math.random() / 2)).unref()
  }

  #hear(payload: string): void {
    for (const line of payload.split('\n')) this.#listeners.tellFrom(line, this.#origin)
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
