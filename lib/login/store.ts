/** What keeps login requests. Each method decides at once, whoever else calls, and writes the audit log with it. */
import type { AuditEntry } from '../audit'
import type { LoginRequest } from '../generated/prisma/client'
import type { LiveSession, LockedAccount } from '../sessions/account'
import type { CurrentSession } from '../sessions/current'
import type { Condition, Runner } from '../sql'
import type { ScanRow } from './signals'
import type { Move } from './state'

/** What a move asks of the row besides state and time. */
export type Binding = Condition<'LoginRequest'> & { id: string }

/** What else belongs to a move, where it was allowed. */
export interface Telling {
  /** What the audit log is told. */
  entries(row: LoginRequest): AuditEntry[]
  /** What else the database is to do, at the wish of a live session. Its account is locked before the request is. */
  also?: { by: CurrentSession; change(account: LockedAccount, row: LoginRequest): Promise<void> }
}

/** What a phone shows: the id, or the keyed hashes that a typed code may have. */
export type Shown = { id: string } | { userCodeHash: string[] }

/** A new request: what is left out is null, or 0, or 1 for the revision. */
export type NewRequest = Pick<
  LoginRequest,
  | 'id'
  | 'state'
  | 'purpose'
  | 'desktopSecretHash'
  | 'desktopKind'
  | 'desktopBrowser'
  | 'desktopSystem'
  | 'desktopAddress'
  | 'desktopDeviceId'
  | 'desktopDeviceHash'
  | 'browserId'
  | 'createdAt'
  | 'expiresAt'
> & { userCodeHash: string }

/** The last move, from inside of its transaction. */
export interface Consuming {
  /** The session that approved. Its account is locked. */
  approver: LiveSession
  /** Makes the move: the row after it, or null where it was not allowed. */
  take(): Promise<LoginRequest | null>
}

/** A try at the one-time code. */
export interface Tried {
  isRight: boolean
  triesLeft: number
}

export interface RequestStore {
  /** True where requests may be gone before their time, as after a restart. */
  readonly mayForget: boolean
  /**
   * Keeps a new request.
   * @returns the row, or null where another open request has the same user code
   */
  add(request: NewRequest, entry: AuditEntry, now: Date): Promise<LoginRequest | null>
  /**
   * The rows of these ids, in no order; what is not there is left out.
   * @param tx the transaction that the caller is in
   */
  find(ids: readonly string[], tx?: Runner): Promise<LoginRequest[]>
  /** The request that a phone shows, and what its account has to do with it. */
  findAsScanner(shown: Shown, userId: string, now: Date): Promise<ScanRow | null>
  /** Makes a move: the row as it is after it, or null where it was not allowed. */
  move(
    name: Move,
    binding: Binding,
    data: Partial<LoginRequest>,
    telling: Telling,
    now: Date,
  ): Promise<LoginRequest | null>
  /**
   * Ends the open requests that sessions have scanned or approved.
   * @param sessionIds as many as one statement may take
   * @param stays a session that goes on can't be relied on to refuse a consume
   */
  endOf(account: LockedAccount, sessionIds: string[], now: Date, stays?: boolean): Promise<void>
  /** Notes that another account shows a claimed request's code: how many have, where it matters whether more than one. */
  present(row: LoginRequest, entry: AuditEntry & { userId: string }, now: Date): Promise<number>
  /**
   * Makes the last move, and what `make` makes of it, exactly once. Where the session that approved has ended, the
   * request ends. A typed code is counted before it is compared, and only a right one goes on; the last wrong one ends
   * the request.
   * @returns what was made, or how the code failed, or null where the move was not allowed
   */
  consume<T extends object>(
    row: LoginRequest,
    typed: string | undefined,
    address: string | null,
    make: (consuming: Consuming) => Promise<T | null>,
    now: Date,
  ): Promise<T | Tried | null>
  /** Removes what is long over. @returns how many */
  sweep(now: Date): Promise<number>
}
