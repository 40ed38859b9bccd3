/** The e-mail address of an account: whether mail to it reaches its person, and in which language. */
import { audit } from './audit'
import { db } from './db'
import { settings } from './env'
import { isAppError } from './errors'
import { take } from './limits/limits'
import { endLinks, spendLink } from './notify/links'
import { notify } from './notify/notice'
import { requireLive } from './sessions/account'
import { findSession } from './sessions/current'
import { strengthOf, type StrongSession } from './sessions/strength'
import { sql, type Runner } from './sql'
import type { Locale } from './wire'

/** True once the person showed that mail to the account's address reaches them. */
export async function isEmailConfirmed(userId: string): Promise<boolean> {
  const confirmed = { id: userId, emailConfirmedAt: { not: null } }
  return (await db().read((client) => client.user.count({ where: confirmed }))) > 0
}

/** Sends the mail that asks for it, where there is a mail server. */
export async function askToConfirm(tx: Runner, userId: string, now: Date): Promise<void> {
  if (settings().smtpUrl !== undefined) await notify(tx, { userId, type: 'confirm_email' }, now)
}

/**
 * The same once more, at the person's wish. An address that is confirmed gets none.
 * @throws AppError `rate_limited`, `sign_in_required`
 */
export async function askToConfirmAgain(session: StrongSession, now: Date): Promise<void> {
  await take('confirm_email', session.userId)
  if (await isEmailConfirmed(session.userId)) return
  await db().move(async (tx) => {
    await requireLive(tx, session, now)
    await askToConfirm(tx, session.userId, now)
  })
}

/**
 * Confirms the address that a link was sent to, for whoever holds the link.
 * @throws AppError `not_found`
 */
export async function confirmEmail(token: string, now: Date, address: string | null): Promise<void> {
  await db().move(async (tx) => {
    const { account, notice } = await spendLink(tx, token, 'confirm_email', now)
    const { id: userId, email, emailConfirmedAt } = account.user
    await endLinks(tx, userId, 'confirm_email')
    if (email !== notice.mailTo || emailConfirmedAt !== null) return
    await tx.$queryRaw(sql`UPDATE "User" SET "emailConfirmedAt" = ${now} WHERE "id" = ${userId}`)
    await audit(tx, now, { type: 'email_confirmed', userId, address })
  })
}

/**
 * Writes to whoever is signed in in this language from now on. Not at the wish of a weak session: people who are warned
 * of a stranger must be able to read it. Where the database is away, it stays as it was.
 */
export async function rememberLocale(
  locale: Locale,
  cookies: { session: string | undefined; device: string | undefined },
  now: Date,
  address: string | null,
): Promise<void> {
  try {
    const session = await findSession(cookies.session, cookies.device, now, address)
    if (!session || strengthOf(session, now) === 'weak') return
    await db().write((tx) => tx.user.updateMany({ where: { id: session.userId }, data: { locale } }))
  } catch (error) {
    if (!isAppError(error, 'unavailable')) throw error
  }
}
