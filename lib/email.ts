/** The e-mail address of an account: whether mail to it reaches its person, and in which language. */
import { audit } from './audit'
import { db } from './db'
import { settings } from './env'
import { AppError, isAppError } from './errors'
import { take } from './limits/limits'
import { endLinks, findLink, spendLink } from './notify/links'
import { notify } from './notify/notice'
import { requireLive } from './sessions/account'
import { findSession, type CurrentSession } from './sessions/current'
import { requireStrong, strengthOf, type StrongSession } from './sessions/strength'
import { assign, matches, sql, type Runner } from './sql'
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
 * True where an account waits for the owner of its address. Mail to it then has the language of the browser that asks:
 * the one before may be a stranger's choice.
 */
export async function awaitsOwner(tx: Runner, userId: string, locale: Locale): Promise<boolean> {
  const unconfirmed = matches<'User'>({ id: userId, emailConfirmedAt: null, disabledAt: null })
  const waiting = await tx.$queryRaw<unknown[]>(sql`
    UPDATE "User" SET "locale" = ${locale} WHERE ${unconfirmed} RETURNING "id"`)
  return waiting.length > 0
}

/**
 * The same once more, at the wish of somebody who is signed in. An address that is confirmed gets none.
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

interface Confirming {
  /** Of the link that was sent to the address. */
  token: string
  session: CurrentSession | null
  /** Of the browser: the language of mail from now on. */
  locale: Locale
}

/**
 * Confirms the address that a link was sent to, for a session of the account itself. The link alone is worth a claim
 * (`claim.ts`): it does not show whose account it is.
 * @throws AppError `not_found`, `sign_in_required` without a session of the account, and `reauthentication_required`
 *   where that was made by QR, since a stranger may have let this browser in
 */
export async function confirmEmail(
  { token, session, locale }: Confirming,
  now: Date,
  address: string | null,
): Promise<void> {
  const { userId } = await db().query((client) => findLink(client, token, 'confirm_email', now))
  if (!session || session.userId !== userId) throw new AppError('sign_in_required')
  requireStrong(session, now)
  await db().move(async (tx) => {
    const { user } = await requireLive(tx, session, now)
    const { notice } = await spendLink(tx, token, 'confirm_email', now)
    await endLinks(tx, userId, 'confirm_email')
    if (user.email !== notice.mailTo || user.emailConfirmedAt !== null) return
    const confirmed = assign<'User'>({ emailConfirmedAt: now, confirmBy: null, locale })
    await tx.$queryRaw(sql`UPDATE "User" SET ${confirmed} WHERE "id" = ${userId}`)
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
