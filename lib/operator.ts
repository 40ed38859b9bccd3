/** What the operator does with accounts, from the command line. */
import { audit } from './audit'
import { db } from './db'
import { AppError } from './errors'
import { notifyNewPassword } from './notify/new-password'
import { hashPassword } from './passwords'
import { lockOut } from './sessions/lock-out'

const nobody = (email: string) =>
  new AppError('not_found', { detail: `There is no account with the address ${email}.` })

/**
 * Sets a new password; all sessions end.
 * @throws AppError `not_found`
 */
export async function resetPassword(email: string, password: string, now: Date): Promise<void> {
  const passwordHash = await hashPassword(password)
  await db().write(async (tx) => {
    const userId = await lockOut(tx, { email }, { passwordHash }, 'password_changed', now)
    if (userId === null) throw nobody(email)
    await audit(tx, now, { type: 'password_changed', userId, detail: 'operator' })
    await notifyNewPassword(tx, userId, now)
  })
}

/**
 * Disables an account; all sessions end.
 * @throws AppError `not_found`
 */
export async function disableUser(email: string, now: Date): Promise<void> {
  await db().write(async (tx) => {
    const userId = await lockOut(tx, { email }, { disabledAt: now }, 'disabled', now)
    if (userId === null) throw nobody(email)
    await audit(tx, now, { type: 'account_disabled', userId, detail: 'operator' })
  })
}

/**
 * Lets a disabled account sign in again.
 * @throws AppError `not_found`
 */
export async function enableUser(email: string, now: Date): Promise<void> {
  await db().write(async (tx) => {
    const [user] = await tx.user.updateManyAndReturn({ where: { email }, data: { disabledAt: null } })
    if (!user) throw nobody(email)
    await audit(tx, now, { type: 'account_enabled', userId: user.id, detail: 'operator' })
  })
}

/** All accounts, oldest first, for the operator. */
export function listUsers(now: Date) {
  return db().read((client) =>
    client.user.findMany({
      orderBy: { createdAt: 'asc' },
      select: {
        email: true,
        name: true,
        createdAt: true,
        disabledAt: true,
        _count: { select: { sessions: { where: { endedAt: null, expiresAt: { gt: now } } } } },
      },
    }),
  )
}
