/**
 * Signing up. An address belongs to the person who shows that mail reaches them, and not to the first who types it: where
 * its account was never confirmed, signing up again sends the owner the link that claims it.
 */
import { auditCounted } from './audit'
import { db } from './db'
import { isUniqueViolation } from './db/errors'
import { awaitsOwner } from './email'
import { settings } from './env'
import { confirmBy } from './given-up'
import { notify } from './notify/notice'
import { hashPassword } from './passwords'
import { lockAccount } from './sessions/account'
import { createUser, insertUser, taken, type NewUser } from './users'
import type { Locale } from './wire'

/**
 * Creates an account, or asks the owner of the address, where its account was never confirmed. Both answer alike after
 * the same work. Of the second sign-up neither the name nor the password is kept.
 * @throws AppError `invalid_input` with field `email` where the address has a confirmed account, or where there is no
 *   mail server and it has any
 */
export async function signUp(
  user: NewUser & { locale: Locale },
  now: Date,
  address: string | null,
): Promise<void> {
  if (settings().smtpUrl === undefined) return void (await createUser(user, now, address))
  const { email, locale, password } = user
  const passwordHash = await hashPassword(password)
  try {
    await db().move(async (tx) => {
      const account = await lockAccount(tx, { email }, now)
      if (!account) return insertUser(tx, { ...user, passwordHash, confirmBy: confirmBy(now) }, now, address)
      const { id: userId, emailConfirmedAt } = account.user
      if (emailConfirmedAt !== null) throw taken()
      await auditCounted(tx, account, now, { type: 'sign_up_repeated', address })
      if (await awaitsOwner(tx, userId, locale))
        await notify(tx, { userId, type: 'confirm_email', asked: true }, now)
    })
  } catch (error) {
    // Somebody else was first by a moment.
    if (!isUniqueViolation(error)) throw error
    await signUp(user, now, address)
  }
}
