import type { Bus, Listener } from './bus'
import { Listeners } from './listeners'

/** Reaches this process alone, at once. */
export class MemoryBus implements Bus {
  readonly isUp = true
  readonly #listeners = new Listeners()

  publish(message: string): void {
    this.#listeners.tell(message)
  }

  ping(message: string): void {
    this.publish(message)
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }
}
