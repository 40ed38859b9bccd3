/** Hints between whoever moves a login request and whoever waits for it: ids, never content. The row is the truth. */
import { attempt } from '../attempt'
import { settings } from '../env'
import { PostgresBus } from './postgres-bus'

export interface Listener {
  hear(message: string): void
  /** Messages may have been lost, and may be for a while. */
  miss?(): void
}

export interface Bus {
  /** Tells everybody; this process hears it at once. */
  publish(message: string): void
  /** Sends a message all the way: this process hears it when it comes back. */
  ping(message: string): void
  /** @returns the way out */
  subscribe(listener: Listener): () => void
  /** False while messages do not get through. */
  readonly isUp: boolean
  close(): Promise<void>
}

/** Reaches this process alone, at once. */
export class MemoryBus implements Bus {
  readonly isUp = true
  readonly #listeners = new Set<Listener>()

  publish(message: string): void {
    for (const listener of this.#listeners) attempt(() => listener.hear(message))
  }

  ping(message: string): void {
    this.publish(message)
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }
}

const BUS = Symbol.for('qr-login.bus')
const shared = globalThis as { [BUS]?: Bus }

/** The process's bus (on globalThis: routes and the front door are bundled apart). */
export const bus = (): Bus => (shared[BUS] ??= open())

function open(): Bus {
  const { database } = settings()
  return database.engine === 'sqlite' ? new MemoryBus() : new PostgresBus(database.url)
}
