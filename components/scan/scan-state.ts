/** What the phone's card can show. */
import type { Scanned } from '@/lib/wire'
import type { End } from './ends'

/** What a phone holds of a request that it has claimed. */
export type Claim = Pick<Scanned, 'id' | 'scanToken'>

/** Until `usableUntil`, on this browser's clock, the desktop can make it a session. */
export interface Approved<T extends Claim = Claim> {
  scanned: T
  usableUntil: number
}

export type ScanState =
  | { name: 'checking' }
  | { name: 'asked'; scanned: Scanned }
  | ({ name: 'done' } & Approved<Scanned>)
  /** Approved, and the desktop waits for this code to be typed. */
  | ({ name: 'owed'; code: string } & Approved)
  /** The time for that is over; whether it was typed, this phone doesn't know. */
  | ({ name: 'over' } & Approved)
  | { name: 'end'; end: End }
