import type { Transaction } from '../db'
import type { Prisma } from '../generated/prisma/client'
import { distrustDevices, endSessions, type EndReason } from './end'

/**
 * Changes an account, ends all its sessions and forgets its browsers.
 * @returns its id, or null where there is no such account
 */
export async function lockOut(
  tx: Transaction,
  which: Prisma.UserWhereInput,
  data: Prisma.UserUpdateManyMutationInput,
  reason: EndReason,
  now: Date,
  address: string | null = null,
): Promise<string | null> {
  const [user] = await tx.user.updateManyAndReturn({ where: which, data, select: { id: true } })
  if (!user) return null
  const live = await tx.session.findMany({ where: { userId: user.id, endedAt: null }, select: { id: true } })
  const ids = live.map((row) => row.id)
  await endSessions(tx, ids, reason, now, address)
  await distrustDevices(tx, { userId: user.id }, now)
  return user.id
}
