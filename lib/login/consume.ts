/** The last move: a confirmed request becomes the desktop's session, exactly once. */
import type { Caller } from '../caller'
import { db } from '../db'
import { claimDevice } from '../devices'
import { AppError, isAppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { mac, macs } from '../keys'
import { countSignIn } from '../limits/sign-ins'
import { metrics } from '../metrics'
import { createSession, type SignedIn } from '../sessions/create'
import { equal, hash, joinToken } from '../tokens'
import { STAY_SECONDS, type Kind } from '../wire'
import { findAsDesktop } from './desktop'
import { explain } from './move'
import { demands } from './proofs'
import { requests } from './requests'
import { allows, statusAt } from './state'
import type { Consuming, Tried } from './store'
import { after, PROBATION_SECONDS, REPEAT_SECONDS } from './times'

/**
 * The desktop turns a confirmed request into its session, exactly once. The secrets are derived from the request and
 * the desktop secret, so that a desktop whose answer was lost may repeat the call for 30 s, until the session's first
 * use, and gets the same session.
 * @param typed the one-time code, where the request asks for one: three tries, each counted before it is compared
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`, `proof_required`, `proof_failed`,
 *   `too_many_sign_ins`
 */
export async function consume(
  id: string,
  desktopSecret: string | undefined,
  deviceCookie: string | undefined,
  caller: Caller,
  now: Date,
  typed?: string,
): Promise<SignedIn> {
  const row = await findAsDesktop(id, desktopSecret).catch((error: unknown) => {
    // Forgotten by its store; what came out of it is in the database.
    if (isAppError(error, 'expired')) return null
    throw error
  })
  const secret = desktopSecret as string
  if (row === null) return repeatConsume(id, secret, now, new AppError('expired', { status: 'expired' }))
  if (row.state === 'consumed') return repeatConsume(id, secret, now)
  if (!allows(statusAt(row, now), 'consume', 'desktop')) throw explain(row, 'consume', now)
  const owesCode = demands(row, 'code')
  if (owesCode && typed === undefined) throw new AppError('proof_required', { proof: 'code' })
  const code = owesCode ? typed : undefined
  const outcome = await countSignIn(
    row.scanUserId as string,
    () =>
      requests().consume<SignedIn>(
        row,
        code,
        caller.address,
        (consuming) => consumeOnce(consuming, row, secret, deviceCookie, caller, now),
        now,
      ),
    isSignedIn,
  )
  if (isSignedIn(outcome)) return outcome
  if (outcome) throw new AppError('proof_failed', { proof: 'code', triesLeft: outcome.triesLeft })
  const late = await findAsDesktop(id, desktopSecret)
  if (late.state === 'consumed') return repeatConsume(id, secret, now)
  throw explain(late, 'consume', now)
}

const isSignedIn = (outcome: SignedIn | Tried | null): outcome is SignedIn =>
  outcome !== null && 'token' in outcome

async function consumeOnce(
  { approver, take }: Consuming,
  row: LoginRequest,
  secret: string,
  deviceCookie: string | undefined,
  caller: Caller,
  now: Date,
): Promise<SignedIn | null> {
  const { account } = approver
  const { tx, user } = account
  const done = await take()
  if (!done) return null
  const device = await claimDevice(
    tx,
    {
      userId: user.id,
      cookie: deviceCookie,
      agent: caller.agent,
      secret: () => mac('device', row.id, secret).toString('base64url'),
    },
    now,
  )
  const isKnown = device.id === row.knownDeviceId
  const stay = done.staySeconds ?? STAY_SECONDS['12h']
  const stayEnds = after(now, isKnown ? stay : Math.min(stay, STAY_SECONDS['7d']))
  const kind = done.kind as Kind
  const token = await createSession(
    account,
    {
      deviceId: device.id,
      method: 'qr',
      proven: [],
      kind,
      parentId: approver.id,
      loginRequestId: row.id,
      address: caller.address,
      agent: caller.agent,
      probationEndsAt: isKnown ? null : after(now, PROBATION_SECONDS),
      // A derived session never outlives its parent.
      expiresAt: kind === 'derived' && approver.expiresAt < stayEnds ? approver.expiresAt : stayEnds,
      secret: mac('session', row.id, secret).toString('base64url'),
    },
    now,
  )
  const seconds = (now.getTime() - (done.scannedAt ?? now).getTime()) / 1000
  db().afterCommit(tx, () => metrics().scanToSession.observe(seconds))
  return { userId: user.id, token, deviceToken: device.cookie }
}

/** The session that came out of a request, once more: its secrets follow from the desktop's, which proves whose it is. */
async function repeatConsume(
  id: string,
  secret: string,
  now: Date,
  otherwise = new AppError('already_used', { status: 'consumed' }),
): Promise<SignedIn> {
  const session = await db().read((client) =>
    client.session.findUnique({ where: { loginRequestId: id }, include: { device: true } }),
  )
  const inTime = session !== null && after(session.createdAt, REPEAT_SECONDS) > now
  if (!inTime || session.lastSeenAt !== null || session.endedAt !== null) throw otherwise
  const rebuilt = rederive('session', id, secret, session.secretHash)
  if (rebuilt === null) throw otherwise
  const deviceSecret = rederive('device', id, secret, session.device.secretHash)
  return {
    userId: session.userId,
    token: joinToken(session.id, rebuilt),
    // A device that was known before has a secret of its own, and its cookie.
    deviceToken: deviceSecret === null ? undefined : joinToken(session.deviceId, deviceSecret),
  }
}

/** A secret that `consume` derived, under whichever accepted key it was; null where the stored hash is of another. */
function rederive(purpose: 'session' | 'device', id: string, secret: string, stored: string): string | null {
  const candidates = macs(purpose, id, secret).map((full) => full.toString('base64url'))
  return candidates.find((candidate) => equal(hash(candidate), stored)) ?? null
}
