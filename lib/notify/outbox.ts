/**
 * Hands the mail that notices ask for to the mail server, after the fact: a row that is due is claimed by a conditional
 * update, sent, and marked. Several processes may do so at once. A crash in between sends it a second time, with the
 * same Message-ID. It may be late; nobody waits for it.
 */
import { clock as databaseClock } from '../clock'
import { db } from '../db'
import type { Notice } from '../generated/prisma/client'
import { log } from '../log'
import { sql } from '../sql'

const OUTBOX = Symbol.for('qr-login.outbox')
const shared = globalThis as { [OUTBOX]?: () => void }

/** Mail is waiting. Where no outbox runs (the operator's commands), the server's own finds it later. */
export function wakeOutbox(): void {
  shared[OUTBOX]?.()
}

/** For what other processes wrote, and what is due again. */
const LOOK_EVERY_MS = 15_000
/** So that who waits for the answer to a sign-in has it first. */
const WAKE_AFTER_MS = 100
const AT_ONCE = 4
/** Longer than a mail may take, so that none is sent twice at the same time. */
const LEASE_SECONDS = 120
const SEND_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 5_000
const FIRST_PAUSE_SECONDS = 30
const LONGEST_PAUSE_SECONDS = 2 * 3_600
const GIVE_UP_SECONDS = 3 * 86_400

/** Trying again is of no use: the mail server knows no such recipient, or does not want what it was given. */
export class Undeliverable extends Error {
  override name = 'Undeliverable'
}

/** @returns false where there is nothing left to send, as its link is good no more */
export type Send = (notice: Notice, signal: AbortSignal) => Promise<boolean>

interface Options {
  send: Send
  clock?: () => Date
  lookEveryMs?: number
}

export class Outbox {
  readonly #workers = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #send: Send
  readonly #clock: () => Date
  readonly #timer: NodeJS.Timeout
  #waking: NodeJS.Timeout | undefined
  #stopped = false

  constructor({ send, clock = databaseClock, lookEveryMs = LOOK_EVERY_MS }: Options) {
    this.#send = send
    this.#clock = clock
    this.#timer = setInterval(() => this.#employ(), lookEveryMs).unref()
    shared[OUTBOX] = () => this.#wake()
    this.#employ()
  }

  /** Sends what is due; resolves once nothing is. */
  async empty(): Promise<void> {
    this.#employ()
    while (this.#workers.size > 0) await Promise.all(this.#workers)
  }

  /** Takes nothing new, and lets what is on its way arrive, but not for long. */
  async stop(withinMs = STOP_WITHIN_MS): Promise<void> {
    this.#stopped = true
    shared[OUTBOX] = undefined
    clearInterval(this.#timer)
    clearTimeout(this.#waking)
    const late = setTimeout(() => this.#stopping.abort(), withinMs)
    await Promise.all(this.#workers)
    clearTimeout(late)
  }

  #wake(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined
      this.#employ()
    }, WAKE_AFTER_MS)
  }

  #employ(): void {
    if (this.#stopped || this.#workers.size >= AT_ONCE) return
    const worker = this.#work()
      .catch((error: Error) =>
        log().warn({ event: 'outbox_waits', cause: error.message }, 'no mail goes out'),
      )
      .finally(() => this.#workers.delete(worker))
    this.#workers.add(worker)
  }

  /** Goes on until nothing is due. Each mail that is found calls for one more to look. */
  async #work(): Promise<void> {
    while (!this.#stopped) {
      const notice = await claim(this.#clock())
      if (!notice) return
      this.#employ()
      await this.#deliver(notice)
    }
  }

  async #deliver(notice: Notice): Promise<void> {
    let isSent: boolean
    try {
      isSent = await this.#send(notice, this.#patience())
    } catch (error) {
      return this.#fail(notice, error as Error)
    }
    await (isSent ? settle(notice, this.#clock()) : reschedule(notice, null))
  }

  /** Ends when the mail has taken too long, or the server is about to stop. */
  #patience(): AbortSignal {
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(SEND_WITHIN_MS)])
  }

  async #fail(notice: Notice, error: Error): Promise<void> {
    const now = this.#clock()
    const tooLate = now.getTime() - notice.createdAt.getTime() > GIVE_UP_SECONDS * 1000
    const { id, type, userId, mailTries } = notice
    const about = { noticeId: id, type, userId, tries: mailTries, cause: error.message }
    if (error instanceof Undeliverable || tooLate) {
      log().warn({ event: 'mail_given_up', ...about }, 'a mail was given up')
      return reschedule(notice, null)
    }
    log().warn({ event: 'mail_delayed', ...about }, 'a mail has to wait')
    await reschedule(notice, new Date(now.getTime() + pauseSeconds(mailTries, Math.random()) * 1000))
  }
}

/** How long to wait after so many tries: twice as long each time, and never quite the same. */
export function pauseSeconds(tries: number, random: number): number {
  const longest = Math.min(FIRST_PAUSE_SECONDS * 2 ** (tries - 1), LONGEST_PAUSE_SECONDS)
  return longest * (0.5 + random / 2)
}

/** One row that is due, for as long as a mail may take; of several that want it, one gets it. */
async function claim(now: Date): Promise<Notice | undefined> {
  const leaseEnds = new Date(now.getTime() + LEASE_SECONDS * 1000)
  for (;;) {
    // Looking costs no write, and most of the time there is nothing.
    const [due] = await db().query((client) =>
      client.$queryRaw<{ id: string }[]>(sql`
        SELECT "id" FROM "Notice" WHERE "mailDueAt" <= ${now} ORDER BY "mailDueAt" LIMIT 1`),
    )
    if (!due) return undefined
    const [claimed] = await db().move((tx) =>
      tx.$queryRaw<Notice[]>(sql`
        UPDATE "Notice" SET "mailDueAt" = ${leaseEnds}, "mailTries" = "mailTries" + 1
        WHERE "id" = ${due.id} AND "mailDueAt" <= ${now} RETURNING *`),
    )
    if (claimed) return claimed
  }
}

/** It has gone out, whoever has claimed it since. */
async function settle({ id }: Notice, sentAt: Date): Promise<void> {
  await db().move((tx) =>
    tx.$queryRaw(sql`UPDATE "Notice" SET "mailDueAt" = NULL, "mailSentAt" = ${sentAt} WHERE "id" = ${id}`),
  )
}

/** To be tried again, or with null never, unless somebody else has claimed it since. */
async function reschedule({ id, mailDueAt }: Notice, dueAt: Date | null): Promise<void> {
  await db().move((tx) =>
    tx.$queryRaw(sql`
      UPDATE "Notice" SET "mailDueAt" = ${dueAt} WHERE "id" = ${id} AND "mailDueAt" = ${mailDueAt}`),
  )
}
