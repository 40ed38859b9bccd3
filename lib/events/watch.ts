/**
 * What waiting desktops need of their requests, kept in memory so that waiting asks the database for nothing. All
 * readers share it. The bus says which rows changed; what it may have missed, a slow batched read finds.
 * See docs/decisions/one-watch-per-process.md.
 */
import { setImmediate } from 'node:timers/promises'
import { attempt } from '../attempt'
import { settings } from '../env'
import type { LoginRequest } from '../generated/prisma/client'
import { findRequest, requests } from '../login/requests'
import { metrics } from '../metrics'
import { newId } from '../tokens'
import { Alarm } from './alarm'
import { bus, type Bus } from '../bus'

/** As much of a row as a desktop's view is built from. */
export type Watched = Pick<
  LoginRequest,
  | 'id'
  | 'state'
  | 'reason'
  | 'revision'
  | 'desktopSecretHash'
  | 'scanUserId'
  | 'proofs'
  | 'number'
  | 'createdAt'
  | 'expiresAt'
>

/** Past this many, rows are read without being kept. Each takes about half a kilobyte. */
const MAX_KEPT = 100_000
const BATCH = 500
const BEAT_MS = 5_000
/** A bus that did not bring back a beat that we sent within this time is not believed. */
const BEAT_WITHIN_MS = 10_000

interface Entry {
  row?: Watched
  /** The read on its way; whoever else asks meanwhile shares it. */
  loading?: Promise<Watched | null>
  listeners: (() => void)[]
  /** Asked for since the last safety read. */
  used: boolean
}

export class Watch {
  readonly alarm = new Alarm()
  readonly #entries = new Map<string, Entry>()
  readonly #beat = `${newId()}@`
  #beatAt = -Infinity
  /** When the first beat was sent of those after which none has come back. */
  #awaitedSince: number | undefined
  #stop: (() => void) | undefined
  #reading = false
  #again = false

  constructor(
    readonly bus: Bus,
    readonly safetyReadMs: number,
  ) {}

  /** Requests that are kept. */
  get size(): number {
    return this.#entries.size
  }

  /** False while the bus does not answer: then every read asks the database. */
  get isHealthy(): boolean {
    return performance.now() - this.#beatAt < BEAT_WITHIN_MS
  }

  /**
   * The request as it is now, or null.
   * @throws AppError `unavailable` where the database had to be asked and can't answer
   */
  read(id: string): Watched | Promise<Watched | null> {
    const entry = this.#entries.get(id)
    if (!entry) return this.#load(id, this.#add(id))
    entry.used = true
    return entry.row && this.isHealthy ? entry.row : this.#load(id, entry)
  }

  /** Keeps a row that was just written, so that its first reader need not ask. */
  remember(row: Watched): void {
    const entry = this.#entries.get(row.id) ?? this.#add(row.id)
    if (entry) entry.row = pick(row)
  }

  /**
   * Calls `listener` after each change of the request, whatever it was.
   * @returns the way out
   */
  subscribe(id: string, listener: () => void): () => void {
    const entry = this.#entries.get(id) ?? this.#add(id, true)
    entry.listeners.push(listener)
    return () => {
      entry.listeners = entry.listeners.filter((other) => other !== listener)
    }
  }

  #add(id: string, pinned: true): Entry
  #add(id: string, pinned?: boolean): Entry | undefined
  #add(id: string, pinned = false): Entry | undefined {
    if (!pinned && this.#entries.size >= MAX_KEPT) return undefined
    const entry: Entry = { listeners: [], used: true }
    this.#entries.set(id, entry)
    this.#start()
    return entry
  }

  #load(id: string, entry?: Entry): Promise<Watched | null> {
    if (entry?.loading) return entry.loading
    const loading = findRequest(id)
      .then((found) => {
        const row = found && pick(found)
        // A change that came meanwhile has taken this read's place: what it found is not kept.
        if (entry?.loading === loading) entry.row = row ?? undefined
        return row
      })
      .finally(() => {
        if (entry?.loading === loading) entry.loading = undefined
        if (entry && !entry.row && !entry.loading) this.#forget(id, entry)
      })
    if (entry) entry.loading = loading
    return loading
  }

  #forget(id: string, entry: Entry): void {
    if (entry.listeners.length === 0 && this.#entries.get(id) === entry) this.#entries.delete(id)
  }

  #changed(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    entry.row = undefined
    entry.loading = undefined
    this.#forget(id, entry)
    for (const listener of entry.listeners) attempt(listener)
  }

  /** Listening and ticking go on only while there is something to keep. */
  #start(): void {
    if (this.#stop) return
    const unsubscribe = this.bus.subscribe({
      hear: (message) => {
        if (message.startsWith(this.#beat)) this.#arrived(Number(message.slice(this.#beat.length)))
        else this.#changed(message)
      },
      miss: () => {
        this.#beatAt = -Infinity
        this.#sendBeat()
        void this.#refresh()
      },
    })
    const beating = setInterval(() => this.#tick(), BEAT_MS).unref()
    const reading = setInterval(() => void this.#safetyRead(), this.safetyReadMs).unref()
    this.#stop = () => {
      clearInterval(beating)
      clearInterval(reading)
      unsubscribe()
    }
    this.#sendBeat()
  }

  #arrived(sentAt: number): void {
    this.#beatAt = sentAt
    this.#awaitedSince = undefined
    metrics().busLag.set((performance.now() - sentAt) / 1000)
  }

  /** It says when it was sent: a bus that is behind is no better than one that is silent. */
  #sendBeat(): void {
    const now = performance.now()
    this.#awaitedSince ??= now
    this.bus.ping(`${this.#beat}${now}`)
  }

  #tick(): void {
    if (this.#awaitedSince !== undefined)
      metrics().busLag.set((performance.now() - this.#awaitedSince) / 1000)
    if (!this.isHealthy) void this.#safetyRead()
    this.#sendBeat()
  }

  /** Finds what the bus did not tell, in batches, and lets go of what nobody asked for since the last time. */
  async #safetyRead(): Promise<void> {
    for (const [id, entry] of this.#entries) {
      if (!entry.used) this.#forget(id, entry)
      entry.used = false
    }
    if (this.#entries.size === 0) {
      this.#stop?.()
      this.#stop = undefined
      this.#beatAt = -Infinity
      this.#awaitedSince = undefined
      metrics().busLag.set(0)
      return
    }
    await this.#refresh()
  }

  /** Compares all that is kept with the database; once more where that was asked for meanwhile. */
  async #refresh(): Promise<void> {
    this.#again = true
    if (this.#reading) return
    this.#reading = true
    while (this.#again) {
      this.#again = false
      await this.#readAll()
    }
    this.#reading = false
  }

  async #readAll(): Promise<void> {
    const ids = [...this.#entries.keys()]
    for (let from = 0; from < ids.length; from += BATCH) {
      const found = await this.#readBatch(ids.slice(from, from + BATCH))
      // The database is away: what is kept stays as it is, and the next tick asks again.
      if (!found) return
      // SQLite never yields.
      await setImmediate()
    }
  }

  async #readBatch(ids: string[]): Promise<boolean> {
    const rows = await requests()
      .find(ids)
      .catch(() => null)
    if (!rows) return false
    const current = new Map(rows.map((row) => [row.id, row]))
    for (const id of ids) {
      const kept = this.#entries.get(id)?.row
      if (kept && !isSame(kept, current.get(id))) this.#changed(id)
    }
    return true
  }
}

const pick = (row: Watched): Watched => {
  const { id, state, reason, revision, desktopSecretHash, scanUserId, proofs, number, createdAt, expiresAt } =
    row
  return { id, state, reason, revision, desktopSecretHash, scanUserId, proofs, number, createdAt, expiresAt }
}

const isSame = (a: Watched, b: Watched | undefined): boolean =>
  a.revision === b?.revision && a.expiresAt.getTime() === b.expiresAt.getTime()

const WATCH = Symbol.for('qr-login.watch')
const shared = globalThis as { [WATCH]?: Watch }

/** The process's watch (on globalThis: routes and the front door are bundled apart). */
export const watch = (): Watch => (shared[WATCH] ??= new Watch(bus(), settings().safetyReadSeconds * 1000))
