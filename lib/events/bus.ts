/** Hints between whoever moves a login request and whoever waits for it: ids, never content. The row is the truth. */

import { attempt } from '../attempt'

export interface Bus {
  publish(message: string): void
  /** @returns the way out */
  subscribe(listener: (message: string) => void): () => void
}

/** Reaches this process alone, at once. */
export class MemoryBus implements Bus {
  readonly #listeners = new Set<(message: string) => void>()

  publish(message: string): void {
    for (const listener of this.#listeners) attempt(() => listener(message))
  }

  subscribe(listener: (message: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

const BUS = Symbol.for('qr-login.bus')
const shared = globalThis as { [BUS]?: Bus }

/** The process's bus (on globalThis: routes and the front door are bundled apart). */
export const bus = (): Bus => (shared[BUS] ??= new MemoryBus())
