import { attempt } from '../attempt'
import type { Listener } from './bus'

/** The origin of what its sender wants to hear as well. */
export const FOR_ALL = '*'

/** Those who listen in this process. What one of them throws keeps nothing from the others. */
export class Listeners {
  readonly #all = new Set<Listener>()

  /** @returns the way out */
  add(listener: Listener): () => void {
    this.#all.add(listener)
    return () => void this.#all.delete(listener)
  }

  tell(message: string): void {
    for (const listener of this.#all) attempt(() => listener.hear(message))
  }

  /** What came from a server: its origin, a space, and the message. */
  tellFrom(line: string, own: string): void {
    const end = line.indexOf(' ')
    // What this process told itself already.
    if (line.slice(0, end) !== own) this.tell(line.slice(end + 1))
  }

  /** Messages may have been lost. */
  missed(): void {
    for (const listener of this.#all) attempt(() => listener.miss?.())
  }

  clear(): void {
    this.#all.clear()
  }
}
