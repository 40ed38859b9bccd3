import { attempt } from '../attempt'
import type { Bus, Listener } from './bus'

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
