/** A new password for a person who forgot the old one, by a link to the account's address. */
import { audit, auditCounted } from './audit'
import { db } from './db'
import { awaitsOwner } from './email'
import { AppError } from './errors'
import { forget } from './limits/limits'
import { notifyNewPassword } from './notify/new-password'
import { notify } from './notify/notice'
import { findLink, spendLink } from './notify/links'
import { hashPassword } from './passwords'
import { lockAccount } from './sessions/account'
import { lockOut } from './sessions/lock-out'
import type { Locale } from './wire'

/** No account has this id. */
const NOBODY = ''

/**
 * Sends a link, where there is an account: one that sets a new password, or the one that claims an address that was never
 * confirmed. It does the same work where there is none, and where enough were sent, so that neither the answer nor the
 * clock tells which addresses have one.
 */
export async function sendResetLink(
  { email, locale }: { email: string; locale: Locale },
  now: Date,
  address: string | null,
): Promise<void> {
  await db().move(async (tx) => {
    // Of those who ask at once, each sees what the one before was sent.
    const account = await lockAccount(tx, { email }, now)
    const user = account?.user
    const userId = user && user.disabledAt === null ? user.id : NOBODY
    await auditCounted(tx, account, now, { type: 'password_forgotten', ...(user && { address }) })
    const type = (await awaitsOwner(tx, userId, locale)) ? 'confirm_email' : 'reset_password'
    await notify(tx, { userId, type, asked: true }, now)
  })
}

/**
 * Sets a new password by such a link; all sessions end.
 * @throws AppError `not_found` for a link that is over, or was used or replaced
 */
export async function resetByLink(
  { token, newPassword }: { token: string; newPassword: string },
  now: Date,
  address: string | null,
): Promise<void> {
  // Hashing is dear: nobody gets it for a link of their own making.
  await db().query((client) => findLink(client, token, 'reset_password', now))
  const passwordHash = await hashPassword(newPassword)
  const email = await db().move(async (tx) => {
    const { account } = await spendLink(tx, token, 'reset_password', now)
    const { id: userId, disabledAt } = account.user
    if (disabledAt !== null) throw new AppError('not_found')
    await lockOut(account, { passwordHash }, 'password_changed', now, address)
    await audit(tx, now, { type: 'password_changed', userId, address, detail: 'link' })
    await notifyNewPassword(tx, userId, now)
    return account.user.email
  })
  // Whoever guessed, guessed at the old one: the owner, in a new browser, has not to wait for that.
  await forget('sign_in_account', email)
}
