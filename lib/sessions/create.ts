/** New sessions. */
import { audit } from '../audit'
import { AppError } from '../errors'
import { notify } from '../notify/notice'
import { insertInto, send } from '../sql'
import { hash, joinToken, newId, newSecret } from '../tokens'
import type { Agent } from '../user-agent'
import type { Kind, Method } from '../wire'
import { MAX_SESSIONS, type LockedAccount } from './account'
import { endSessions, type Choice } from './end'
import { newFactors, type Factor } from './factors'
import { lineOf, type OpenSession } from './open'

/** How long a stay is where nobody chose: password sessions. */
export const PASSWORD_STAY_SECONDS = 30 * 86_400

/** What a sign-in gives the browser: the session's token, and its device's where that is known. */
export interface SignedIn {
  userId: string
  token: string
  deviceToken?: string
}

interface NewSession {
  deviceId: string
  method: Method
  /** What the person has just proven. */
  proven: readonly Factor[]
  kind: 'own' | Kind
  parentId?: string
  loginRequestId?: string
  probationEndsAt?: Date | null
  address: string | null
  agent: Agent
  expiresAt: Date
  secret?: string
}

/**
 * Writes a session, its audit entry and the notice of it. Of more sessions than an account may hold, the ones that were
 * seen last stay.
 * @returns the token for the cookie
 * @throws AppError `refused` where too many sessions hang on one another
 */
export async function createSession(account: LockedAccount, session: NewSession, now: Date): Promise<string> {
  const { secret = newSecret(), agent, proven, ...row } = session
  const { tx, user } = account
  const [id, userId] = [newId(), user.id]
  const factors = newFactors(proven, now)
  const made = { id, userId, secretHash: hash(secret), ...row, factors, createdAt: now }
  await send(tx, insertInto('Session', made))
  await audit(tx, now, {
    type: 'session_created',
    userId,
    sessionId: id,
    loginRequestId: row.loginRequestId ?? null,
    address: row.address,
    detail: row.method,
    device: agent,
  })
  await notify(tx, { userId, type: 'session_created', sessionId: id }, now)
  if (account.isCrowded) await makeRoom(account, id, now, row.address)
  return joinToken(id, secret)
}

/** Never at the cost of the new session, or of one that it descends from. */
async function makeRoom(
  account: LockedAccount,
  newId: string,
  now: Date,
  address: string | null,
): Promise<void> {
  const oldest: Choice = (open) => {
    const line = lineOf(open, newId)
    const room = MAX_SESSIONS - line.size
    if (room < 0) throw new AppError('refused', { detail: 'Too many sessions hang on one another.' })
    const others = open.filter(({ id }) => !line.has(id))
    return others.sort((a, b) => seenAt(b) - seenAt(a)).slice(room)
  }
  await endSessions(account, oldest, 'surplus', now, address)
}

const seenAt = ({ lastSeenAt, createdAt }: OpenSession): number => (lastSeenAt ?? createdAt).getTime()
