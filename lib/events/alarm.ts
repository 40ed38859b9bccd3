import { attempt } from '../attempt'
import { clock } from '../clock'

const GRAIN_MS = 100

interface Slot {
  wakes: Set<() => void>
  timer: NodeJS.Timeout
}

/**
 * Wakes many at about the same time with one timer. Thousands of streams wait for their next code or comment, and a
 * timer for each would cost more than what it is for.
 */
export class Alarm {
  readonly #slots = new Map<number, Slot>()

  /**
   * Calls `wake` once, at `time` (in milliseconds of the epoch) or up to a tenth of a second later.
   * @returns calls it off
   */
  at(time: number, wake: () => void): () => void {
    const number = Math.ceil(time / GRAIN_MS)
    const slot = this.#slots.get(number) ?? this.#open(number)
    slot.wakes.add(wake)
    return () => {
      if (!slot.wakes.delete(wake) || slot.wakes.size > 0) return
      clearTimeout(slot.timer)
      // It may have rung already, and another one have its number.
      if (this.#slots.get(number) === slot) this.#slots.delete(number)
    }
  }

  #open(number: number): Slot {
    const wakes = new Set<() => void>()
    const ring = () => {
      this.#slots.delete(number)
      for (const wake of wakes) {
        wakes.delete(wake)
        attempt(wake)
      }
    }
    const slot = {
      wakes,
      timer: setTimeout(ring, Math.max(0, number * GRAIN_MS - clock().getTime())).unref(),
    }
    this.#slots.set(number, slot)
    return slot
  }
}
