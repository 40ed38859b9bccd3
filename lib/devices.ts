/** One browser of one person. Its secret is a cookie of its own, so that a session token alone opens nothing. */
import { insertInto, send, sql, type Runner } from './sql'
import { equal, hash, joinToken, newId, newSecret, splitToken } from './tokens'
import type { Agent } from './user-agent'
import type { DeviceKind, DeviceView } from './wire'
import type { Device } from './generated/prisma/client'

interface Claim {
  userId: string
  /** The device cookie that the browser brought, if any. */
  cookie: string | undefined
  agent: Agent
  /** Makes the secret of a new device; a consume derives it, so that it can be repeated. */
  secret?: () => string
}

/** True where the cookie is this device's. */
export function isDevice(device: { id: string; secretHash: string }, cookie: string | undefined): boolean {
  const token = splitToken(cookie)
  return token !== null && token.id === device.id && equal(hash(token.secret), device.secretHash)
}

/**
 * The device for a new session: the one that the browser brought where it belongs to this user, else a new one (a
 * value that somebody planted is never adopted).
 * @returns the device's id, and its cookie: set at each sign-in, so that it never expires under a session
 */
export async function claimDevice(
  tx: Runner,
  claim: Claim,
  now: Date,
): Promise<{ id: string; cookie: string }> {
  const known = await deviceOf(tx, claim.cookie)
  if (known && claim.cookie && known.userId === claim.userId) return { id: known.id, cookie: claim.cookie }
  const id = newId()
  const secret = (claim.secret ?? newSecret)()
  const device = { id, userId: claim.userId, secretHash: hash(secret), ...claim.agent, createdAt: now }
  await send(tx, insertInto('Device', device))
  return { id, cookie: joinToken(id, secret) }
}

/** The device that a cookie proves, or null. */
export async function deviceOf(client: Runner, cookie: string | undefined): Promise<Device | null> {
  const token = splitToken(cookie)
  if (!token) return null
  const [device] = await client.$queryRaw<Device[]>(sql`SELECT * FROM "Device" WHERE "id" = ${token.id}`)
  return device && isDevice(device, cookie) ? device : null
}

/** A device as its owner sees it. */
export const deviceView = ({
  name,
  kind,
  browser,
  system,
}: Pick<Device, 'name' | 'kind' | 'browser' | 'system'>): DeviceView => ({
  name,
  kind: kind as DeviceKind,
  browser,
  system,
})
