import type { User } from '../generated/prisma/client'
import { assign, sql } from '../sql'
import type { LockedAccount } from './account'
import { distrustDevices, endSessions, type EndReason } from './end'

/**
 * Changes an account, ends all its sessions and forgets its browsers.
 * @returns how many sessions ended
 */
export async function lockOut(
  account: LockedAccount,
  changes: Partial<User>,
  reason: EndReason,
  now: Date,
  address: string | null = null,
): Promise<number> {
  const { tx, user } = account
  await tx.$queryRaw(sql`UPDATE "User" SET ${assign<'User'>(changes)} WHERE "id" = ${user.id}`)
  const ended = await endSessions(account, (open) => open, reason, now, address)
  await distrustDevices(account, sql`TRUE`, now)
  return ended
}
