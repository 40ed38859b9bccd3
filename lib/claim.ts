/**
 * A claim: the owner of an address takes it over from an account that was never confirmed. That account may be a
 * stranger's, so the owner gets a new one, and nothing of the old one goes along. See docs/decisions/claims.md.
 */
import { audit } from './audit'
import { db } from './db'
import { AppError } from './errors'
import { giveUp } from './given-up'
import { forget } from './limits/limits'
import { endLinks, findLink, spendLink } from './notify/links'
import { notifyNewPassword } from './notify/new-password'
import { hashPassword } from './passwords'
import { insertInto } from './sql'
import { newId } from './tokens'
import type { Locale } from './wire'

interface Claim {
  /** Of a link that confirms an address. */
  token: string
  name: string
  newPassword: string
  /** The language of mail. */
  locale: Locale
}

/**
 * Claims the address that a link was sent to, for the person who holds the link: the account that had it is given up with
 * all its sessions, and a new one with a confirmed address takes its place.
 * @throws AppError `not_found` for a link that is over or was used, and where the account was confirmed or disabled since
 */
export async function claimAddress(
  { token, name, newPassword, locale }: Claim,
  now: Date,
  address: string | null,
): Promise<void> {
  // Hashing is dear: nobody gets it for a link of their own making.
  await db().query((client) => findLink(client, token, 'confirm_email', now))
  const passwordHash = await hashPassword(newPassword)
  const email = await db().move(async (tx) => {
    const { account, notice } = await spendLink(tx, token, 'confirm_email', now)
    const { id: oldId, email, emailConfirmedAt, disabledAt } = account.user
    if (email !== notice.mailTo || emailConfirmedAt !== null || disabledAt !== null)
      throw new AppError('not_found')
    await endLinks(tx, oldId, 'confirm_email')
    await giveUp(account, now, address)
    const owner = { id: newId(), email, name, passwordHash, locale, createdAt: now, emailConfirmedAt: now }
    await tx.$queryRaw(insertInto('User', owner))
    await audit(tx, now, { type: 'account_claimed', userId: owner.id, address })
    await notifyNewPassword(tx, owner.id, now)
    return email
  })
  // Whoever guessed, guessed at the old password.
  await forget('sign_in_account', email)
}
