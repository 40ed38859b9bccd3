/** The phone that scanned decides: it approves a login request, or declines it. */
import type { Caller } from '../caller'
import { db } from '../db'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { take } from '../limits/limits'
import { log } from '../log'
import * as matchingNumber from '../proofs/number'
import * as oneTimeCode from '../proofs/one-time-code'
import { provePassword } from '../proofs/password'
import { blockAll, provenDevice } from '../sessions/block'
import type { LockedAccount } from '../sessions/account'
import type { CurrentSession } from '../sessions/current'
import { distrustDevices } from '../sessions/end'
import { isProven, requireStrong, type StrongSession } from '../sessions/strength'
import { sql } from '../sql'
import { hash } from '../tokens'
import { STAY_SECONDS, type ConfirmBody, type Reason } from '../wire'
import { aboutDesktop, explain, rejection, rejectionOf } from './move'
import { demands } from './proofs'
import { findRequest, missing, requests } from './requests'
import { statusAt, type Move } from './state'
import type { Telling } from './store'
import { after, CONFIRMED_SECONDS } from './times'

/** What binds a phone's move: the session that scanned (which is bound to its device), and the scan token. */
const phoneBinding = (id: string, scanToken: string, session: CurrentSession) => ({
  id,
  scanTokenHash: hash(scanToken),
  scanSessionId: session.id,
})

/** Another session learns nothing about a request that it did not scan. */
async function explainToPhone(id: string, session: CurrentSession, name: Move, now: Date): Promise<AppError> {
  const row = await findRequest(id)
  if (!row) return missing()
  return explain(row.scanSessionId === session.id ? row : null, name, now)
}

/**
 * The phone approves. A scan token is good for one approval; after it, only for taking that back. A number that does not
 * match ends the request; what else is missing or wrong spends nothing. Where the answer was lost, the same call tells
 * the same code again.
 * @returns the row, and the one-time code to show where the desktop owes one
 * @throws AppError `proof_required`, `proof_failed`, `rate_limited`, `not_found`, `wrong_state`, `already_used`,
 *   `expired`
 */
export async function confirm(
  id: string,
  body: ConfirmBody,
  session: StrongSession,
  caller: Caller,
  now: Date,
): Promise<{ request: LoginRequest; code: string | undefined }> {
  await take('approve', session.userId)
  const binding = phoneBinding(id, body.scanToken, session)
  const row = await requireOwn(id, binding, session, now)
  const status = statusAt(row, now)
  if (status === 'confirmed' && demands(row, 'code'))
    return { request: row, code: oneTimeCode.recall(id, body.scanToken, row.codeHash) }
  if (status !== 'scanned') throw explain(row, 'confirm', now)
  if (demands(row, 'number') && body.number === undefined)
    throw new AppError('proof_required', { proof: 'number' })
  if (demands(row, 'password') && !isProven(session, 'password', now))
    await askPassword(session, body.password, caller, now)
  const code = demands(row, 'code') ? oneTimeCode.challenge(id, body.scanToken) : null
  const isRight = !demands(row, 'number') || matchingNumber.check(row.number, body.number as number)
  const request = isRight
    ? await approve(binding, body, code?.hash ?? null, session, caller, now)
    : await requests().move('wrong_number', binding, {}, rejection(caller.address), now)
  if (!request) throw await explainToPhone(id, session, 'confirm', now)
  if (!isRight)
    throw new AppError('proof_failed', { proof: 'number', status: 'rejected', reason: 'wrong_number' })
  return { request, code: code?.code }
}

/** The request, for the phone that scanned it, by its last scan. */
async function requireOwn(
  id: string,
  binding: ReturnType<typeof phoneBinding>,
  session: CurrentSession,
  now: Date,
): Promise<LoginRequest> {
  const row = await findRequest(id)
  if (!row) throw missing()
  if (row.scanSessionId !== session.id) throw new AppError('not_found')
  if (row.scanTokenHash !== binding.scanTokenHash) throw explain(row, 'confirm', now)
  return row
}

async function askPassword(
  session: CurrentSession,
  password: string | undefined,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (password === undefined) throw new AppError('proof_required', { proof: 'password' })
  await provePassword(session, password, now, caller.address)
}

function approve(
  binding: ReturnType<typeof phoneBinding>,
  { stay, kind }: ConfirmBody,
  codeHash: string | null,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<LoginRequest | null> {
  return requests().move(
    'confirm',
    binding,
    {
      staySeconds: STAY_SECONDS[stay],
      kind,
      codeHash,
      confirmedAt: now,
      expiresAt: after(now, codeHash === null ? CONFIRMED_SECONDS : oneTimeCode.SECONDS),
    },
    { entries: (row) => [{ type: 'login_confirmed', ...aboutDesktop(row, session, caller), detail: kind }] },
    now,
  )
}

/**
 * The phone declines, or takes its approval back before the desktop has used it. With `report` that desktop can't ask
 * this account again for a while, and the next sign-ins have to prove more.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`, and `reauthentication_required` for a report by
 *   a weak session
 */
export async function decline(
  id: string,
  scanToken: string,
  session: CurrentSession,
  caller: Caller,
  now: Date,
  report = false,
): Promise<Reason> {
  // It reaches further than this request.
  if (report) requireStrong(session, now)
  const telling = report ? reporting(session, caller, now) : rejection(caller.address)
  const row = await requests().move('decline', phoneBinding(id, scanToken, session), {}, telling, now)
  if (!row) throw await explainToPhone(id, session, 'decline', now)
  return row.reason as Reason
}

/** What ending a request with a report writes and does. */
const reporting = (session: CurrentSession, caller: Caller, now: Date): Telling => ({
  entries: (row) => [
    rejectionOf(row, caller.address),
    { type: 'login_reported', ...aboutDesktop(row, session, caller) },
  ],
  also: { by: session, change: (account, row) => blockDesktop(account, row, now) },
})

async function blockDesktop(account: LockedAccount, row: LoginRequest, now: Date): Promise<void> {
  const { tx, user } = account
  const { desktopAddress: address, desktopBrowser: browser, desktopSystem: system } = row
  const deviceId = await provenDevice(tx, row)
  await blockAll(account, [{ deviceId, address, browser, system }], now)
  if (row.knownDeviceId) await distrustDevices(account, sql`"id" = ${row.knownDeviceId}`, now)
  const event = { event: 'login_reported', userId: user.id, loginRequestId: row.id }
  db().afterCommit(tx, () => log().warn(event, 'reported'))
}
