/** What a phone does with a login request: trade a code for a ticket, scan, confirm, decline. */
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { settings } from '../env'
import { giveBackAll, take, takeAll, type Taking } from '../limits/limits'
import { log } from '../log'
import { placesReady } from '../places'
import * as matchingNumber from '../proofs/number'
import * as oneTimeCode from '../proofs/one-time-code'
import { provePassword } from '../proofs/password'
import { block, isBlocked, provenDevice } from '../sessions/block'
import { isProven, requireStrong, type CurrentSession } from '../sessions/current'
import { forgetDevice } from '../sessions/end'
import type { Runner } from '../sql'
import { hash, newSecret } from '../tokens'
import { STAY_SECONDS, type ConfirmBody, type Reason, type ScanBody } from '../wire'
import { isLiveCode, splitScanCode } from './code'
import { desktopOf, explain, rejectionOf } from './move'
import { ceremonyFor, type Ceremony } from './policy'
import { demands } from './proofs'
import { findRequest, requests } from './requests'
import { REFUSAL_SECONDS, signalsOf, type ScanRow } from './signals'
import { statusAt, type Move } from './state'
import type { Telling } from './store'
import { isTicketFor } from './ticket'
import { after, CONFIRMED_SECONDS, SCANNED_SECONDS } from './times'
import { userCodeHashes } from './user-code'

/** How often a browser may say "Not me" of one account before that account is not welcome for a while. */
const MAX_REFUSALS = 2
/** So many accounts with the same live code mean that it was sent around. */
const MAX_ACCOUNTS = 3

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
  await placesReady()
  const signals = signalsOf(found, session, 'userCode' in body, caller, now)
  const ceremony = ceremonyFor(signals, settings().proofPolicy)
  if (statusAt(found, now) === 'new') await requireWelcome(found, ceremony, session, caller, now)
  const number = ceremony.proofs.includes('number') ? matchingNumber.challenge() : null
  const scanToken = newSecret()
  const claim = { scanSessionId: session.id }
  const scannedUntil = after(now, SCANNED_SECONDS)
  const scanned = await requests().move(
    'scan',
    { id: found.id },
    {
      ...claim,
      scanUserId: session.userId,
      scanTokenHash: hash(scanToken),
      scannedAt: now,
      risk: ceremony.risk,
      proofs: ceremony.proofs.join(' '),
      knownDeviceId: found.isKnown ? found.desktopDeviceId : null,
      number: number?.number ?? null,
      numberChoices: number?.choices.join(' ') ?? null,
      ...(scannedUntil > found.expiresAt && { expiresAt: scannedUntil }),
    },
    { entries: (row) => [{ type: 'login_scanned', ...aboutDesktop(row, session, caller) }] },
    now,
  )
  const again = { scanTokenHash: hash(scanToken) }
  const request =
    scanned ??
    (await requests().move('rescan', { id: found.id, ...claim }, again, { entries: () => [] }, now))
  if (!request) {
    const late = await findRequest(found.id)
    if (late) await notePresented(late, session, caller, now)
    throw explain(late, late?.scanSessionId === session.id ? 'rescan' : 'scan', now)
  }
  return { request, scanToken }
}

/**
 * Looks whether this account may claim this desktop's request at all; where it may not, nothing is claimed.
 * @throws AppError `blocked` where it reported that desktop, `rate_limited` where that browser has sent it away before,
 *   `refused` where the policy knows no way in
 */
async function requireWelcome(
  row: ScanRow,
  ceremony: Ceremony,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (row.refusals >= MAX_REFUSALS) throw new AppError('rate_limited', { retryAfter: REFUSAL_SECONDS })
  const blocked =
    Boolean(row.hasBlocks) &&
    (await db().query((client) => isBlocked(client, row, session.userId, Boolean(row.isKnown), now)))
  if (!blocked && !ceremony.refused) return
  const type = blocked ? 'login_blocked' : 'login_refused'
  await db().move((tx) => audit(tx, now, { type, ...aboutDesktop(row, session, caller) }))
  throw new AppError(blocked ? 'blocked' : 'refused')
}

/**
 * Another account shows the same live code: a few do where it was sent around, and then it ends. So nobody shuts a
 * desktop out alone, and whoever claimed it loses no more than that claim.
 */
async function notePresented(
  row: LoginRequest,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<void> {
  const status = statusAt(row, now)
  if (row.scanUserId === session.userId || (status !== 'scanned' && status !== 'confirmed')) return
  const entry = { type: 'login_presented', ...aboutDesktop(row, session, caller) } as const
  const others = await requests().present(row, entry, now)
  if (others + 1 < MAX_ACCOUNTS) return
  // In the log of whoever claimed it: where the others are is not theirs to know.
  if (await requests().move('relay', { id: row.id }, {}, rejection({ address: null }), now))
    log().warn({ event: 'login_relayed', loginRequestId: row.id }, 'relayed')
}

/** The audit entry of what a phone does with a desktop's request. */
const aboutDesktop = (row: LoginRequest, session: CurrentSession, caller: Caller) => ({
  userId: session.userId,
  sessionId: session.id,
  loginRequestId: row.id,
  address: caller.address,
  device: desktopOf(row),
})

/** Which request a phone means, and that it may know of it. */
async function resolve(
  body: ScanBody,
  session: CurrentSession,
  ticket: string | undefined,
  caller: Caller,
  now: Date,
): Promise<ScanRow> {
  if ('userCode' in body) return resolveUserCode(body.userCode, session, caller, now)
  const { id, code } = 'code' in body ? splitScanCode(body.code) : { id: body.id, code: null }
  const row = await requests().findAsScanner({ id }, session.userId, now)
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
  now: Date,
): Promise<ScanRow> {
  const tries: Taking[] = [
    ['user_code_account', session.userId],
    ['user_code_address', caller.bucket],
  ]
  await takeAll(tries)
  const shown = { userCodeHash: userCodeHashes(typed) }
  const row = await requests().findAsScanner(shown, session.userId, now)
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
 * The phone approves. A scan token is good for one approval; after it, only for taking that back. A number that does not
 * match ends the request; what else is missing or wrong spends nothing. Where the answer was lost, the same call tells
 * the same code again.
 * @returns the row, and the one-time code to show where the desktop owes one
 * @throws AppError `reauthentication_required`, `proof_required`, `proof_failed`, `rate_limited`, `not_found`,
 *   `wrong_state`, `already_used`, `expired`
 */
export async function confirm(
  id: string,
  body: ConfirmBody,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<{ request: LoginRequest; code: string | undefined }> {
  requireStrong(session, now)
  await take('approve', session.userId)
  const binding = phoneBinding(id, body.scanToken, session)
  const row = await requireOwn(id, binding, session, now)
  const status = statusAt(row, now)
  if (status === 'confirmed' && demands(row, 'code'))
    return { request: row, code: oneTimeCode.recall(id, body.scanToken, row.codeHash) }
  if (status !== 'scanned') throw explain(row, 'confirm', now)
  if (demands(row, 'number') && body.number === undefined)
    throw new AppError('proof_required', { proof: 'number' })
  if (demands(row, 'password') && !isProven(session, now)) await askPassword(session, body.password)
  const code = demands(row, 'code') ? oneTimeCode.challenge(id, body.scanToken) : null
  const isRight = !demands(row, 'number') || matchingNumber.check(row.number, body.number as number)
  const request = isRight
    ? await approve(binding, body, code?.hash ?? null, session, caller, now)
    : await requests().move('wrong_number', binding, {}, rejection(caller), now)
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
  if (row?.scanSessionId !== session.id) throw new AppError('not_found')
  if (row.scanTokenHash !== binding.scanTokenHash) throw explain(row, 'confirm', now)
  return row
}

async function askPassword(session: CurrentSession, password: string | undefined): Promise<void> {
  if (password === undefined) throw new AppError('proof_required', { proof: 'password' })
  await provePassword(session, password)
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

/** What ending a request writes. */
const rejection = ({ address }: Pick<Caller, 'address'>) => ({
  entries: (row: LoginRequest) => [rejectionOf(row, address)],
})

/**
 * The phone declines, or takes its approval back before the desktop has used it. With `report` that desktop can't ask
 * this account again for a while, and the next sign-ins have to prove more.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`, and `reauthentication_required` for a report by
 *   a session that was made by QR
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
  const telling = report ? reporting(session, caller, now) : rejection(caller)
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
  also: (tx, row) => blockDesktop(tx, row, session.userId, now),
})

async function blockDesktop(tx: Runner, row: LoginRequest, userId: string, now: Date): Promise<void> {
  const { desktopAddress: address, desktopBrowser: browser, desktopSystem: system } = row
  const deviceId = await provenDevice(tx, row)
  await block(tx, { userId, deviceId, address, browser, system }, now)
  if (row.knownDeviceId) await forgetDevice(tx, row.knownDeviceId, now)
  const event = { event: 'login_reported', userId, loginRequestId: row.id }
  db().afterCommit(tx, () => log().warn(event, 'reported'))
}
