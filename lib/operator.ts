/** What the operator does with accounts, from the command line. */
import { audit } from './audit'
import { db } from './db'
import { AppError } from './errors'
import { notifyNewPassword } from './notify/new-password'
import { hashPassword } from './passwords'
import { lockAccount, type LockedAccount } from './sessions/account'
import { lockOut } from './sessions/lock-out'
import { sql, type Runner } from './sql'

async function lockByEmail(tx: Runner, email: string, now: Date): Promise<LockedAccount> {
  const account = await lockAccount(tx, { email }, now)
  if (!account) throw new AppError('not_found', { detail: `There is no account with the address ${email}.` })
  return account
}

/** The sweep removes no account that the operator has decided on. */
const KEPT = { confirmBy: null }

/**
 * Sets a new password; all sessions end.
 * @throws AppError `not_found`
 */
export async function resetPassword(email: string, password: string, now: Date): Promise<void> {
  const passwordHash = await hashPassword(password)
  await db().move(async (tx) => {
    const account = await lockByEmail(tx, email, now)
    const userId = account.user.id
    await lockOut(account, { passwordHash, ...KEPT }, 'password_changed', now)
    await audit(tx, now, { type: 'password_changed', userId, detail: 'operator' })
    await notifyNewPassword(tx, userId, now)
  })
}

/**
 * Disables an account; all sessions end.
 * @throws AppError `not_found`
 */
export async function disableUser(email: string, now: Date): Promise<void> {
  await db().move(async (tx) => {
    const account = await lockByEmail(tx, email, now)
    await lockOut(account, { disabledAt: now, ...KEPT }, 'disabled', now)
    await audit(tx, now, { type: 'account_disabled', userId: account.user.id, detail: 'operator' })
  })
}

/**
 * Lets a disabled account sign in again.
 * @throws AppError `not_found`
 */
export async function enableUser(email: string, now: Date): Promise<void> {
  await db().move(async (tx) => {
    const { user } = await lockByEmail(tx, email, now)
    await tx.$queryRaw(sql`UPDATE "User" SET "disabledAt" = NULL WHERE "id" = ${user.id}`)
    await audit(tx, now, { type: 'account_enabled', userId: user.id, detail: 'operator' })
  })
}

/** All accounts, oldest first, for the operator. */
export function listUsers(now: Date) {
  return db().read((client) =>
    client.user.findMany({
      where: { givenUpAt: null },
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
