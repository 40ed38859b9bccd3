/** A phone meets a login request: it trades a code for a ticket, or claims the request by a scan. */
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { settings } from '../env'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { giveBackAll, takeAll, type Taking } from '../limits/limits'
import { log } from '../log'
import { placesReady } from '../places'
import * as matchingNumber from '../proofs/number'
import { isBlocked } from '../sessions/block'
import type { CurrentSession } from '../sessions/current'
import { hash, newSecret } from '../tokens'
import type { ScanBody } from '../wire'
import { isLiveCode, splitScanCode } from './code'
import { aboutDesktop, explain, rejection } from './move'
import { ceremonyFor, type Ceremony } from './policy'
import { findRequest, missing, requests } from './requests'
import { MAX_REFUSALS, REFUSAL_SECONDS, signalsOf, type ScanRow } from './signals'
import { statusAt } from './state'
import { isTicketFor } from './ticket'
import { after, SCANNED_SECONDS } from './times'
import { userCodeHashes } from './user-code'

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
    if (!late) throw missing()
    await notePresented(late, session, caller, now)
    throw explain(late, late.scanSessionId === session.id ? 'rescan' : 'scan', now)
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
  if (await requests().move('relay', { id: row.id }, {}, rejection(null), now))
    log().warn({ event: 'login_relayed', loginRequestId: row.id }, 'relayed')
}

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
  if (!row && code === null) throw missing()
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
