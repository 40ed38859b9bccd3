/** The account's password, once more. */
import { db } from '../db'
import { AppError } from '../errors'
import type { User } from '../generated/prisma/client'
import { giveBackAll, takeAll, type Taking } from '../limits/limits'
import { verifyPassword } from '../passwords'
import type { CurrentSession } from '../sessions/current'
import { recordWrongPassword } from './wrong-password'

/**
 * Takes a try at the password of a session's account and compares. A wrong one stands in the account's activity.
 * @returns the account as it was then: hashing takes a while
 * @throws AppError `proof_failed`, `rate_limited`
 */
export async function provePassword(
  session: CurrentSession,
  password: string,
  now: Date,
  address: string | null,
): Promise<User> {
  const tries: Taking[] = [
    ['password_device', `${session.userId} ${session.deviceId}`],
    ['password_account', session.userId],
  ]
  await takeAll(tries)
  const user = await db().read((client) => client.user.findUnique({ where: { id: session.userId } }))
  if (!user || !(await verifyPassword(user.passwordHash, password))) {
    await recordWrongPassword(
      session.userId,
      { type: 'password_failed', sessionId: session.id, address },
      now,
    )
    throw new AppError('proof_failed', { proof: 'password' })
  }
  await giveBackAll(tries)
  return user
}
