/** Which of three readers brings this page the news of its login request, and how patiently. Pure. */
import { isFinal } from '@/lib/login/state'
import type { LoginView, Status } from '@/lib/wire'
import type { Stamped } from '../api'

/** The stream of events, else polls that wait for news, else polls that don't. */
export type Reader = 'events' | 'long-poll' | 'poll'

/** What makes the page change its reader. */
export type Turn =
  /** The stream speaks. */
  | 'heard'
  /** The stream broke off, was refused, or keeps silent. */
  | 'lost'
  /** A poll was not let wait. */
  | 'hurried'
  /** The stream is tried anew. */
  | 'retried'

type View = Stamped<LoginView>

/** Between the answer to a poll that waited and the next one. */
const BREATH_MS = 250

/** A reader that works goes on while a better one is tried. */
export function nextReader(reader: Reader, turn: Turn): Reader {
  switch (turn) {
    case 'heard':
      return 'events'
    case 'lost':
      return reader === 'events' ? 'long-poll' : reader
    case 'hurried':
      return reader === 'long-poll' ? 'poll' : reader
    case 'retried':
      return reader === 'poll' ? 'long-poll' : reader
  }
}

/**
 * True while people may still decide. Once they have, the page asks for its session, and nothing may hold a
 * connection that it could use for that: browsers have six for a host (HTTP/1.1).
 */
export const isUndecided = (status: Status | undefined): boolean =>
  status === undefined || status === 'new' || status === 'scanned'

/** When the server is bound to have something new to say: the next code, or that time is over. */
export const dueAt = ({ at, codeExpiresIn, expiresIn }: View): number =>
  at + (codeExpiresIn ?? expiresIn) * 1000

/** True where a poll may wait for what comes after `view`; what is out of date is asked for at once. */
export const mayWait = (reader: Reader, view: View, now: number): boolean =>
  reader === 'long-poll' && isUndecided(view.status) && now < dueAt(view)

/** Milliseconds until the page asks again by itself, 0 where it doesn't. */
export function pauseBetween(reader: Reader, status: Status | undefined, interval: number): number {
  if (status && isFinal(status)) return 0
  if (!isUndecided(status) || reader === 'poll') return interval
  return reader === 'events' ? 0 : BREATH_MS
}

/** The later of what is known and what came: readers overlap, and news may overtake each other. */
export function latest(known: View | undefined, came: View): View {
  if (!known || came.revision > known.revision) return came
  // At one revision, time tells them apart: an answer that was overtaken carries an older code.
  const older = came.revision < known.revision || came.expiresIn > known.expiresIn
  return older || isFinal(known.status) ? known : came
}
