/** The bus by Redis's PUBLISH and SUBSCRIBE: every server on the Redis database hears it. */
import type { Redis } from 'ioredis'
import { attempt } from '../attempt'
import { log } from '../log'
import { connectSubscriber, redis } from '../redis'
import { newId } from '../tokens'
import type { Bus, Listener } from './bus'

/** The origin of what its sender wants to hear as well. */
const FOR_ALL = '*'
const PULSE_MS = 5_000

export class RedisBus implements Bus {
  readonly #origin = newId()
  readonly #listeners = new Set<Listener>()
  readonly #subscriber: Redis
  readonly #channel: string
  readonly #pulse: NodeJS.Timeout
  #isUp = false

  constructor(url: string) {
    this.#subscriber = connectSubscriber(url)
    // Channels, unlike keys, are the same in all databases of a server.
    this.#channel = `qrlogin:${this.#subscriber.options.db ?? 0}`
    this.#subscriber.on('message', (_, message: string) => this.#hear(message))
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
    this.#tell(message)
    this.#send(this.#origin, message)
  }

  ping(message: string): void {
    this.#send(FOR_ALL, message)
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
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
      this.#missed()
    } catch (error) {
      // It ends, comes back, and tries again.
      log().warn({ cause: (error as Error).message }, 'the bus could not listen')
      this.#subscriber.disconnect(true)
    }
  }

  #lost(): void {
    if (this.#isUp) this.#missed()
    this.#isUp = false
  }

  #hear(line: string): void {
    const end = line.indexOf(' ')
    // What this process told itself already.
    if (line.slice(0, end) !== this.#origin) this.#tell(line.slice(end + 1))
  }

  #missed(): void {
    for (const listener of this.#listeners) attempt(() => listener.miss?.())
  }

  #tell(message: string): void {
    for (const listener of this.#listeners) attempt(() => listener.hear(message))
  }
}
