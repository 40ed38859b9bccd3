/**
 * One desktop's event stream (HTML Living Standard §9.2): `status` at each move and at expiry, `code` at each rotation.
 * Silence is broken by a comment while codes come anyway, and by another `status` when none do, so that a page notices
 * a connection that died. Each event is built from the row as it is then; its id is the revision.
 */
import { randomInt } from 'node:crypto'
import type { Caller } from '../caller'
import { clock } from '../clock'
import { isAppError } from '../errors'
import { hold } from '../limits/held'
import { log } from '../log'
import { isFinal, statusAt } from '../login/state'
import { desktopView } from '../login/view'
import type { LoginView, Status } from '../wire'
import { watch, type Watched } from './watch'

const SILENCE_MS = 15_000
/** Then the browser comes back, perhaps to another server. */
const LIFE_MS = 5 * 60_000
/** When it comes back is drawn from this range, so that not all do at once. */
const RETRY_MS = [1_000, 5_000] as const

/** Where a stream writes to. */
export interface Sink {
  /** @returns false where the reader does not keep up */
  write(text: string): boolean
  end(): void
}

export interface StreamOptions {
  row: Watched
  deviceCookie: string | undefined
  appUrl: string
  bucket: Caller['bucket']
  /** The `Last-Event-ID` of a browser that comes back. */
  lastRevision: number | undefined
}

export class LoginStream {
  readonly #id: string
  readonly #deviceCookie: string | undefined
  readonly #appUrl: string
  readonly #sink: Sink
  readonly #endsAt = clock().getTime() + LIFE_MS
  readonly #letGo: (() => void)[]
  readonly #wake: () => void
  #told: { revision: number; status: Status } | undefined
  #codeDue = 0
  #wroteAt = 0
  /** The database is asked, and whether something happened meanwhile. */
  #asking = false
  #again = false
  #over = false
  #callOff = () => {}

  /** Writes to `sink` at once, and from then on by itself until `close`, the request's end or its own. */
  constructor({ row, deviceCookie, appUrl, bucket, lastRevision }: StreamOptions, sink: Sink) {
    this.#id = row.id
    this.#deviceCookie = deviceCookie
    this.#appUrl = appUrl
    this.#sink = sink
    if (lastRevision === row.revision) this.#told = { revision: row.revision, status: statusAt(row, clock()) }
    this.#wake = () => this.#turn()
    this.#letGo = [watch().subscribe(row.id, this.#wake), hold(bucket, () => this.#finish(), 'events')]
    this.#turn()
  }

  /** The reader went away. */
  close(): void {
    if (this.#over) return
    this.#over = true
    this.#callOff()
    for (const letGo of this.#letGo) letGo()
  }

  /** Looks at the row and writes what is due; one turn at a time, and another one where something happened meanwhile. */
  #turn(): void {
    if (this.#over) return
    if (this.#asking) this.#again = true
    else
      try {
        const told = this.#tell()
        if (told) void this.#settle(told)
      } catch (error) {
        this.#fail(error)
      }
  }

  async #settle(told: Promise<void>): Promise<void> {
    this.#asking = true
    await told.catch((error: unknown) => this.#fail(error))
    this.#asking = false
    if (!this.#again || this.#over) return
    this.#again = false
    this.#turn()
  }

  /** The database is away: the reader comes back, and polls until then. */
  #fail(error: unknown): void {
    if (!isAppError(error, 'unavailable')) log().error({ err: error }, 'event stream failed')
    try {
      this.#finish()
    } catch {
      // What failed was the sink.
      this.close()
    }
  }

  /** @returns a promise only where the database has to be asked: each costs, and codes come all the time */
  #tell(): Promise<void> | void {
    const row = watch().read(this.#id)
    return row instanceof Promise ? row.then((found) => this.#tellOf(found)) : this.#tellOf(row)
  }

  #tellOf(row: Watched | null): Promise<void> | void {
    if (this.#over) return
    const now = clock()
    if (!row || now.getTime() >= this.#endsAt) return this.#finish()
    const status = statusAt(row, now)
    const moved = this.#told?.revision !== row.revision || this.#told.status !== status || isFinal(status)
    const silent = now.getTime() - this.#wroteAt >= SILENCE_MS
    if (moved || (silent && status !== 'new')) return this.#send('status', row, status, now)
    if (status === 'new' && now.getTime() >= this.#codeDue) return this.#send('code', row, status, now)
    if (silent) this.#write(':\n\n')
    this.#rest(row, status)
  }

  #send(event: 'status' | 'code', row: Watched, status: Status, now: Date): Promise<void> | void {
    const write = (view: LoginView): void => {
      this.#told = { revision: row.revision, status }
      this.#codeDue = now.getTime() + (view.codeExpiresIn ?? 0) * 1000
      this.#write(`event: ${event}\nid: ${row.revision}\ndata: ${JSON.stringify(view)}\n\n`)
      this.#rest(row, status)
    }
    const view = desktopView(row, this.#deviceCookie, this.#appUrl, now)
    return view instanceof Promise ? view.then(write) : write(view)
  }

  #write(text: string): void {
    if (this.#over) return
    this.#wroteAt = clock().getTime()
    // A reader that is behind is let go: it comes back and gets the state as it is then.
    if (!this.#sink.write(text)) this.#end()
  }

  /** Until something is due. */
  #rest(row: Watched, status: Status): void {
    if (isFinal(status)) this.#end()
    if (this.#over) return
    const due = Math.min(
      this.#wroteAt + SILENCE_MS,
      this.#endsAt,
      row.expiresAt.getTime(),
      status === 'new' ? this.#codeDue : Infinity,
    )
    this.#callOff()
    this.#callOff = watch().alarm.at(due, this.#wake)
  }

  /** Sends the browser away for a moment. */
  #finish(): void {
    this.#write(`retry: ${randomInt(...RETRY_MS)}\n\n`)
    this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.close()
    this.#sink.end()
  }
}
