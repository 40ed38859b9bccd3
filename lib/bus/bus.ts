/** What a bus does: hints between whoever moves a login request and whoever waits for it. Ids, never content; the row is the truth. */
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
