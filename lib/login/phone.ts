/** What a phone does with a login request: trade a code for a ticket, scan, confirm, decline. */
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { giveBackAll, takeAll, type Taking } from '../limits/limits'
import { requireStrong, type CurrentSession } from '../sessions/current'
import { hash, newSecret } from '../tokens'
import { STAY_SECONDS, type ConfirmBody, type Reason, type ScanBody } from '../wire'
import { isLiveCode, splitScanCode } from './code'
import { explain, findRequest, move, reject } from './move'
import { statusAt, type Move } from './state'
import { isTicketFor } from './ticket'
import { after, CONFIRMED_SECONDS, SCANNED_SECONDS } from './times'
import { userCodeHashes } from './user-code'

/**
 * A signed-out phone shows a live code, to trade it for a ticket. Nothing is written.
 * @throws AppError `expired` for a code that is old or not ours, else what a scan would be refused with
 */
export async function checkCode(scanCode: string, now: Date): Promise<LoginRequest> {
  const { id, code } = splitScanCode(scanCode)
  const row = await findRequest(id)
  if (!row || !isLiveCode(row, code, now)) throw new AppError('expired')
  if (statusAt(row, now) !== 'new') throw explain(row, 'scan', now)
  return row
}

/**
 * A signed-in phone claims a request. The claiming session may scan again (a reload): it gets a new scan token and
 * the old one is dead.
 * @returns the row and the scan token
 * @throws AppError `expired`, `already_scanned`, `already_used`, `wrong_state`, `not_found`, `rate_limited`
 */
export async function scan(
  body: ScanBody,
  session: CurrentSession,
  ticket: string | undefined,
  caller: Caller,
  now: Date,
): Promise<{ request: LoginRequest; scanToken: string }> {
  const found = await resolve(body, session, ticket, caller, now)
  const scanToken = newSecret()
  const claim = { scanSessionId: session.id }
  const request = await db().move(async (tx) => {
    const scanned = await move(
      tx,
      'scan',
      { id: found.id },
      {
        ...claim,
        scanUserId: session.userId,
        scanTokenHash: hash(scanToken),
        scannedAt: now,
        expiresAt: new Date(Math.max(found.expiresAt.getTime(), after(now, SCANNED_SECONDS).getTime())),
      },
      now,
    )
    if (scanned) {
      await audit(tx, now, {
        type: 'login_scanned',
        userId: session.userId,
        sessionId: session.id,
        loginRequestId: found.id,
        address: caller.address,
      })
      return scanned
    }
    return move(tx, 'rescan', { id: found.id, ...claim }, { scanTokenHash: hash(scanToken) }, now)
  })
  if (!request) {
    const late = await findRequest(found.id)
    throw explain(late, late?.scanSessionId === session.id ? 'rescan' : 'scan', now)
  }
  return { request, scanToken }
}

/** Which request a phone means, and that it may know of it. */
async function resolve(
  body: ScanBody,
  session: CurrentSession,
  ticket: string | undefined,
  caller: Caller,
  now: Date,
): Promise<LoginRequest> {
  if ('userCode' in body) return resolveUserCode(body.userCode, session, caller)
  const { id, code } = 'code' in body ? splitScanCode(body.code) : { id: body.id, code: null }
  const row = await findRequest(id)
  if (row?.scanSessionId === session.id) return row
  const entitled = row && (code === null ? isTicketFor(ticket, id, now) : isLiveCode(row, code, now))
  if (!entitled) throw new AppError(code === null ? 'not_found' : 'expired')
  return row
}

/** Each try is counted before the comparison and given back when it was right; no request ever bears the count. */
async function resolveUserCode(
  typed: string,
  session: CurrentSession,
  caller: Caller,
): Promise<LoginRequest> {
  const tries: Taking[] = [
    ['user_code_account', session.userId],
    ['user_code_address', caller.bucket],
  ]
  await takeAll(tries)
  const row = await db().read((client) =>
    client.loginRequest.findFirst({ where: { userCodeHash: { in: userCodeHashes(typed) } } }),
  )
  if (!row) throw new AppError('not_found')
  await giveBackAll(tries)
  return row
}

/** What binds a phone's move: the session that scanned (which is bound to its device), and the scan token. */
const phoneBinding = (id: string, scanToken: string, session: CurrentSession) => ({
  id,
  scanTokenHash: hash(scanToken),
  scanSessionId: session.id,
})

/** Another session learns nothing about a request that it did not scan. */
async function explainToPhone(id: string, session: CurrentSession, name: Move, now: Date): Promise<AppError> {
  const row = await findRequest(id)
  return explain(row?.scanSessionId === session.id ? row : null, name, now)
}

/**
 * The phone approves. A scan token is good for one approval; after it, only for taking that back.
 * @throws AppError `reauthentication_required`, `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function confirm(
  id: string,
  body: ConfirmBody,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<LoginRequest> {
  requireStrong(session, now)
  const request = await db().move(async (tx) => {
    const row = await move(
      tx,
      'confirm',
      phoneBinding(id, body.scanToken, session),
      {
        staySeconds: STAY_SECONDS[body.stay],
        kind: body.kind,
        confirmedAt: now,
        expiresAt: after(now, CONFIRMED_SECONDS),
      },
      now,
    )
    if (row)
      await audit(tx, now, {
        type: 'login_confirmed',
        userId: session.userId,
        sessionId: session.id,
        loginRequestId: id,
        address: caller.address,
        detail: body.kind,
      })
    return row
  })
  if (!request) throw await explainToPhone(id, session, 'confirm', now)
  return request
}

/**
 * The phone declines, or takes its approval back before the desktop has used it.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function decline(
  id: string,
  scanToken: string,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<Reason> {
  const row = await reject('decline', phoneBinding(id, scanToken, session), caller, now)
  if (!row) throw await explainToPhone(id, session, 'decline', now)
  return row.reason as Reason
}
