/** What the operator does with accounts, from the command line. */
import { audit } from './audit'
import { db, type Transaction } from './db'
import { AppError } from './errors'
import { hashPassword } from './passwords'
import { distrustDevices, endSessions, type EndReason } from './sessions/end'

const nobody = (email: string) =>
  new AppError('not_found', { detail: `There is no account with the address ${email}.` })

/** Changes an account, ends all its sessions and forgets its browsers; answers with its id. */
async function lockOut(
  tx: Transaction,
  email: string,
  data: object,
  reason: EndReason,
  now: Date,
): Promise<string> {
  const [user] = await tx.user.updateManyAndReturn({ where: { email }, data, select: { id: true } })
  if (!user) throw nobody(email)
  const live = await tx.session.findMany({ where: { userId: user.id, endedAt: null }, select: { id: true } })
  const ids = live.map((row) => row.id)
  await endSessions(tx, ids, reason, now)
  await distrustDevices(tx, { userId: user.id }, now)
  return user.id
}

/**
 * Sets a new password; all sessions end.
 * @throws AppError `not_found`
 */
export async function resetPassword(email: string, password: string, now: Date): Promise<void> {
  const passwordHash = await hashPassword(password)
  await db().write(async (tx) => {
    const userId = await lockOut(tx, email, { passwordHash }, 'password_changed', now)
    await audit(tx, now, { type: 'password_changed', userId, detail: 'operator' })
  })
}

/**
 * Disables an account; all sessions end.
 * @throws AppError `not_found`
 */
export async function disableUser(email: string, now: Date): Promise<void> {
  await db().write(async (tx) => {
    const userId = await lockOut(tx, email, { disabledAt: now }, 'disabled', now)
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
