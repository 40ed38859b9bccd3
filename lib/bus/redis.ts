/** The bus by Redis's PUBLISH and SUBSCRIBE: every server on the Redis database hears it. */
import type { Redis } from 'ioredis'
import { log } from '../log'
import { connectSubscriber, redis } from '../redis'
import { newId } from '../tokens'
import type { Bus, Listener } from './bus'
import { FOR_ALL, Listeners } from './listeners'

const PULSE_MS = 5_000

export class RedisBus implements Bus {
  readonly #origin = newId()
  readonly #listeners = new Listeners()
  readonly #subscriber: Redis
  readonly #channel: string
  readonly #pulse: NodeJS.Timeout
  #isUp = false

  constructor(url: string) {
    this.#subscriber = connectSubscriber(url)
    // Channels, unlike keys, are the same in all databases of a server.
    this.#channel = `qrlogin:${this.#subscriber.options.db ?? 0}`
    this.#subscriber.on('message', (_, line: string) => this.#listeners.tellFrom(line, this.#origin))
    this.#subscriber.on('ready', () => void this.#listen())
    this.#subscriber.on('close', () => this.#lost())
    this.#pulse = setInterval(() => void this.#feel(), PULSE_MS).unref()
  }

  /** A line that died without a sign brings nothing, and says nothing. */
  async #feel(): Promise<void> {
    if (!this.#isUp) return
    await this.#subscriber.ping().catch(() => this.#subscriber.disconnect(true))
  }

  get isUp(): boolean {
    return this.#isUp
  }

  publish(message: string): void {
    this.#listeners.tell(message)
    this.#send(this.#origin, message)
  }

  ping(message: string): void {
    this.#send(FOR_ALL, message)
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    clearInterval(this.#pulse)
    this.#subscriber.disconnect()
  }

  /** What could not be sent, its hearers read after their gap: they lost the same Redis. */
  #send(origin: string, message: string): void {
    redis()
      .publish(this.#channel, `${origin} ${message}`)
      .catch((error: Error) => log().debug({ cause: error.message }, 'the bus could not send'))
  }

  /** What was said before this connection listened is read from the requests. */
  async #listen(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel)
      this.#isUp = true
      this.#listeners.missed()
    } catch (error) {
      // It ends, comes back, and tries again.
      log().warn({ cause: (error as Error).message }, 'the bus could not listen')
      this.#subscriber.disconnect(true)
    }
  }

  #lost(): void {
    if (this.#isUp) this.#listeners.missed()
    this.#isUp = false
  }
}
