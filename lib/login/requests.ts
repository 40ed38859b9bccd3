/**
 * The moves of a login request. Each is one conditional update whose `where` holds the id, the states that allow it,
 * the binding of who may make it, and the time; where no row changed, the refusal is explained afterwards. The audit
 * entry is in the same transaction.
 */
import { audit } from '../audit'
import { db, isUniqueViolation, type Transaction } from '../db'
import { claimDevice } from '../devices'
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { mac, macs } from '../keys'
import { giveBack, take } from '../limits/limits'
import { createSession, liveAt, requireStrong, type CurrentSession } from '../sessions'
import { equal, hash, joinToken, newId, newSecret } from '../tokens'
import type { SignedIn } from '../users'
import type { Agent } from '../user-agent'
import { STAY_SECONDS, type ConfirmBody, type Kind, type Reason, type ScanBody } from '../wire'
import { isLiveCode, splitScanCode } from './code'
import { allows, MOVES, OPEN_STATES, refusal, statusAt, type Move } from './state'
import { isTicketFor } from './ticket'
import { hashUserCode, newUserCode, userCodeHashes } from './user-code'

const UNSCANNED_SECONDS = 300
const SCANNED_SECONDS = 120
export const CONFIRMED_SECONDS = 60
/** How long a consume whose answer was lost may be repeated. */
const REPEAT_SECONDS = 30
/** How many requests one browser may hold open. */
export const MAX_OPEN = 5

/** Who calls, as the front door saw it. */
export interface Caller {
  /** Null where it could not be determined. */
  address: string | null
  /** The key for limits per address. */
  bucket: string
  agent: Agent
}

const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000)

/** One conditional update: the row as it is after the move, or null where the move was not allowed. */
async function move(
  tx: Transaction,
  name: Move,
  where: { id: string; [column: string]: unknown },
  data: object,
  now: Date,
): Promise<LoginRequest | null> {
  const rule = MOVES[name]
  const ends = rule.to === 'rejected' || rule.to === 'consumed'
  const [row] = await tx.loginRequest.updateManyAndReturn({
    where: { ...where, state: { in: [...rule.from] }, expiresAt: { gt: now } },
    data: {
      state: rule.to,
      reason: 'reason' in rule ? rule.reason : null,
      revision: { increment: 1 },
      ...(ends && { userCodeHash: null, scanTokenHash: null }),
      ...data,
    },
  })
  return row ?? null
}

/** The error that says why `name` was refused. */
function explain(row: LoginRequest | null, name: Move, now: Date): AppError {
  if (!row) return new AppError('not_found')
  const status = statusAt(row, now)
  return new AppError(refusal(status, name), { status, reason: row.reason ?? undefined })
}

const findRequest = (id: string) => db().read((client) => client.loginRequest.findUnique({ where: { id } }))

const holdsSecret = (row: LoginRequest, desktopSecret: string | undefined): boolean =>
  desktopSecret !== undefined && equal(row.desktopSecretHash, hash(desktopSecret))

/**
 * A desktop opens a login request.
 * @param held desktop secrets that the browser brought, by request id: at most five of its requests stay open
 * @returns the row, the fresh desktop secret, the user code, and the held ids that are over
 */
export async function openRequest(caller: Caller, held: Map<string, string>, now: Date) {
  const open = await openOnesOf(held, now)
  const surplus = open.slice(0, Math.max(0, open.length - MAX_OPEN + 1)).map((row) => row.id)
  const secret = newSecret()
  for (;;) {
    const userCode = newUserCode()
    try {
      const request = await db().write((tx) => insert(tx, caller, secret, userCode, surplus, now))
      const stillOpen = new Set(open.map((row) => row.id))
      const over = [...held.keys()].filter((id) => !stillOpen.has(id) || surplus.includes(id))
      return { request, secret, userCode, over }
    } catch (error) {
      // Another open request shows the same user code: draw again.
      if (!isUniqueViolation(error)) throw error
    }
  }
}

async function openOnesOf(held: Map<string, string>, now: Date): Promise<LoginRequest[]> {
  if (held.size === 0) return []
  const rows = await db().read((client) =>
    client.loginRequest.findMany({
      where: { id: { in: [...held.keys()] }, state: { in: [...OPEN_STATES] }, expiresAt: { gt: now } },
      orderBy: { createdAt: 'asc' },
    }),
  )
  return rows.filter((row) => holdsSecret(row, held.get(row.id)))
}

async function insert(
  tx: Transaction,
  caller: Caller,
  secret: string,
  userCode: string,
  surplus: string[],
  now: Date,
): Promise<LoginRequest> {
  for (const id of surplus) {
    const row = await move(tx, 'supersede', { id }, {}, now)
    if (row) await auditRejection(tx, row, caller, now)
  }
  const request = await tx.loginRequest.create({
    data: {
      id: newId(),
      state: 'new',
      purpose: 'sign_in',
      desktopSecretHash: hash(secret),
      userCodeHash: hashUserCode(userCode),
      desktopKind: caller.agent.kind,
      desktopBrowser: caller.agent.browser,
      desktopSystem: caller.agent.system,
      desktopAddress: caller.address,
      createdAt: now,
      expiresAt: after(now, UNSCANNED_SECONDS),
    },
  })
  await audit(tx, now, { type: 'login_opened', loginRequestId: request.id, address: caller.address })
  return request
}

/**
 * The request as its own desktop may read it.
 * @throws AppError `not_found` for a stranger's request and a missing one alike
 */
export async function readAsDesktop(id: string, desktopSecret: string | undefined): Promise<LoginRequest> {
  const row = await findRequest(id)
  if (!row || !holdsSecret(row, desktopSecret)) throw new AppError('not_found')
  return row
}

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
  const claim = { scanSessionId: session.id, scanDeviceId: session.deviceId }
  const request = await db().write(async (tx) => {
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
  await take('user_code_address', caller.bucket)
  await take('user_code_account', session.userId)
  const row = await db().read((client) =>
    client.loginRequest.findFirst({ where: { userCodeHash: { in: userCodeHashes(typed) } } }),
  )
  if (!row) throw new AppError('not_found')
  await Promise.all([
    giveBack('user_code_address', caller.bucket),
    giveBack('user_code_account', session.userId),
  ])
  return row
}

/** What binds a phone's move: the session and device that scanned, and the single-use scan token. */
const phoneBinding = (id: string, scanToken: string, session: CurrentSession) => ({
  id,
  scanTokenHash: hash(scanToken),
  scanSessionId: session.id,
  scanDeviceId: session.deviceId,
})

/** Another session learns nothing about a request that it did not scan. */
async function explainToPhone(id: string, session: CurrentSession, name: Move, now: Date): Promise<AppError> {
  const row = await findRequest(id)
  return explain(row?.scanSessionId === session.id ? row : null, name, now)
}

/**
 * The phone approves. Its scan token is spent; the new one is for taking the approval back.
 * @throws AppError `reauthentication_required`, `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function confirm(
  id: string,
  body: ConfirmBody,
  session: CurrentSession,
  caller: Caller,
  now: Date,
): Promise<{ request: LoginRequest; scanToken: string }> {
  requireStrong(session, now)
  const scanToken = newSecret()
  const request = await db().write(async (tx) => {
    const row = await move(
      tx,
      'confirm',
      phoneBinding(id, body.scanToken, session),
      {
        scanTokenHash: hash(scanToken),
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
  return { request, scanToken }
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

/**
 * The desktop ends its own request.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function endAsDesktop(
  id: string,
  desktopSecret: string | undefined,
  reason: 'withdrawn' | 'not_me',
  caller: Caller,
  now: Date,
): Promise<Reason> {
  const name = reason === 'not_me' ? 'not_me' : 'withdraw'
  const known = await readAsDesktop(id, desktopSecret)
  const row = await reject(name, { id, desktopSecretHash: known.desktopSecretHash }, caller, now)
  if (!row) throw explain(await findRequest(id), name, now)
  return row.reason as Reason
}

function reject(
  name: Move,
  binding: { id: string; [column: string]: unknown },
  caller: Caller,
  now: Date,
): Promise<LoginRequest | null> {
  return db().write(async (tx) => {
    const row = await move(tx, name, binding, {}, now)
    if (row) await auditRejection(tx, row, caller, now)
    return row
  })
}

async function auditRejection(tx: Transaction, row: LoginRequest, caller: Caller, now: Date): Promise<void> {
  await audit(tx, now, {
    type: 'login_rejected',
    userId: row.scanUserId,
    sessionId: row.scanSessionId,
    loginRequestId: row.id,
    address: caller.address,
    detail: row.reason,
  })
}

/**
 * The desktop turns a confirmed request into its session, exactly once. The secrets are derived from the request and
 * the desktop secret, so that a desktop whose answer was lost may repeat the call for 30 s, until the session's first
 * use, and gets the same session.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function consume(
  id: string,
  desktopSecret: string | undefined,
  deviceCookie: string | undefined,
  caller: Caller,
  now: Date,
): Promise<SignedIn> {
  const row = await readAsDesktop(id, desktopSecret)
  const secret = desktopSecret as string
  if (row.state === 'consumed') return repeatConsume(row, secret, now)
  if (!allows(statusAt(row, now), 'consume', 'desktop')) throw explain(row, 'consume', now)
  const signedIn = await db().write((tx) => consumeOnce(tx, row, secret, deviceCookie, caller, now))
  if (signedIn) return signedIn
  const late = await readAsDesktop(id, desktopSecret)
  if (late.state === 'consumed') return repeatConsume(late, secret, now)
  throw explain(late, 'consume', now)
}

async function consumeOnce(
  tx: Transaction,
  row: LoginRequest,
  secret: string,
  deviceCookie: string | undefined,
  caller: Caller,
  now: Date,
): Promise<SignedIn | null> {
  // First, so that revoking the approving session and consuming can't pass each other.
  const [approver] = await tx.session.updateManyAndReturn({
    where: { id: row.scanSessionId ?? '', ...liveAt(now) },
    data: { lastSeenAt: now },
    select: { id: true, userId: true, expiresAt: true },
  })
  if (!approver) {
    const ended = await move(tx, 'end_session', { id: row.id, scanSessionId: row.scanSessionId }, {}, now)
    if (ended) await auditRejection(tx, ended, caller, now)
    return null
  }
  const done = await move(
    tx,
    'consume',
    { id: row.id, desktopSecretHash: hash(secret), scanSessionId: approver.id },
    { consumedAt: now },
    now,
  )
  if (!done) return null
  const device = await claimDevice(
    tx,
    {
      userId: approver.userId,
      cookie: deviceCookie,
      agent: caller.agent,
      secret: () => mac('device', row.id, secret).toString('base64url'),
    },
    now,
  )
  const stayEnds = after(now, done.staySeconds ?? STAY_SECONDS['12h'])
  const kind = done.kind as Kind
  const token = await createSession(
    tx,
    {
      userId: approver.userId,
      deviceId: device.id,
      method: 'qr',
      kind,
      parentId: approver.id,
      loginRequestId: row.id,
      address: caller.address,
      // A derived session never outlives its parent.
      expiresAt: kind === 'derived' && approver.expiresAt < stayEnds ? approver.expiresAt : stayEnds,
      secret: mac('session', row.id, secret).toString('base64url'),
    },
    now,
  )
  return { userId: approver.userId, token, deviceToken: device.cookie }
}

async function repeatConsume(row: LoginRequest, secret: string, now: Date): Promise<SignedIn> {
  const session = await db().read((client) =>
    client.session.findUnique({ where: { loginRequestId: row.id }, include: { device: true } }),
  )
  const inTime = row.consumedAt !== null && after(row.consumedAt, REPEAT_SECONDS) > now
  if (!session || !inTime || session.lastSeenAt !== null || session.endedAt !== null)
    throw new AppError('already_used', { status: 'consumed' })
  const rebuilt = rederive('session', row.id, secret, session.secretHash)
  if (rebuilt === null) throw new AppError('already_used', { status: 'consumed' })
  const deviceSecret = rederive('device', row.id, secret, session.device.secretHash)
  return {
    userId: session.userId,
    token: joinToken(session.id, rebuilt),
    deviceToken: deviceSecret === null ? undefined : joinToken(session.deviceId, deviceSecret),
  }
}

/** A secret that `consume` derived, under whichever accepted key it was; null where the stored hash is of another. */
function rederive(purpose: 'session' | 'device', id: string, secret: string, stored: string): string | null {
  const candidates = macs(purpose, id, secret).map((full) => full.toString('base64url'))
  return candidates.find((candidate) => equal(hash(candidate), stored)) ?? null
}
