/** New sessions. */
import { audit } from '../audit'
import { notify } from '../notify/notice'
import { insertInto, send } from '../sql'
import { hash, joinToken, newId, newSecret } from '../tokens'
import type { Agent } from '../user-agent'
import type { Kind, Method } from '../wire'
import type { LockedAccount } from './account'
import { newFactors, type Factor } from './factors'

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

/** Writes a session, its audit entry and the notice of it; answers with the token for the cookie. */
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
  return joinToken(id, secret)
}
