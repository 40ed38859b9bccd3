/** What every store of login requests does alike when one moves. */
import type { AuditEntry } from '../audit'
import { bus } from '../bus'
import type { Caller } from '../caller'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { metrics } from '../metrics'
import type { CurrentSession } from '../sessions/current'
import type { Agent } from '../user-agent'
import type { DeviceKind } from '../wire'
import { MOVES, refusal, statusAt, type Move } from './state'

/** What nobody needs of a request that is over. */
const SPENT = { userCodeHash: null, scanTokenHash: null, codeHash: null, number: null, numberChoices: null }

/** What a move writes: its state and reason, and `data`. */
export function changesOf(name: Move, data: Partial<LoginRequest>): Partial<LoginRequest> {
  const rule = MOVES[name]
  const ends = rule.to === 'rejected' || rule.to === 'consumed'
  return {
    state: rule.to,
    reason: 'reason' in rule ? rule.reason : null,
    ...(ends && SPENT),
    ...data,
  }
}

/** Tells those who wait, once a move is made. */
export function announce({ id, state, reason }: Pick<LoginRequest, 'id' | 'state' | 'reason'>): void {
  bus().publish(id)
  metrics().moves.inc({ state, reason: reason ?? '' })
}

/** The error that says why `name` was refused. */
export function explain(row: LoginRequest | null, name: Move, now: Date): AppError {
  if (!row) return new AppError('not_found')
  const status = statusAt(row, now)
  return new AppError(refusal(status, name), { status, reason: row.reason ?? undefined })
}

/** The desktop that asks, as it calls itself. */
const desktopOf = (row: LoginRequest): Agent => ({
  kind: row.desktopKind as DeviceKind,
  browser: row.desktopBrowser,
  system: row.desktopSystem,
})

/** The audit entry of a request that was ended. */
export const rejectionOf = (row: LoginRequest, address: string | null): AuditEntry => ({
  type: 'login_rejected',
  userId: row.scanUserId,
  sessionId: row.scanSessionId,
  loginRequestId: row.id,
  address,
  detail: row.reason,
  device: desktopOf(row),
})

/** What ending a request writes. */
export const rejection = (address: string | null) => ({
  entries: (row: LoginRequest) => [rejectionOf(row, address)],
})

/** The audit entry of what a phone does with a desktop's request. */
export const aboutDesktop = (row: LoginRequest, session: CurrentSession, { address }: Caller) => ({
  userId: session.userId,
  sessionId: session.id,
  loginRequestId: row.id,
  address,
  device: desktopOf(row),
})
