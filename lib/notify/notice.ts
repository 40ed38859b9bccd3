/**
 * What a person is told: of a new session, of a new password, and what they asked for by mail. It is written in the
 * transaction of what it tells of, and mail goes out afterwards (`outbox.ts`), so that it can neither delay nor fail that.
 */
import { db } from '../db'
import { settings } from '../env'
import { mac } from '../keys'
import { moment, send, sql, type Runner, type Statement } from '../sql'
import { hash, newId } from '../tokens'
import { wakeOutbox } from './outbox'

/** By what it tells: how many seconds the link in its mail is good for. */
export const LINK_SECONDS = {
  /** "This wasn't me". */
  session_created: 7 * 86_400,
  password_changed: null,
  confirm_email: 86_400,
  reset_password: 30 * 60,
} as const

/**
 * A stranger may ask for a link too. So of each kind no more than two are mailed in this time, and the rest is dropped
 * silently. It is at most half of a link's life: whoever asks in vain has one in the mailbox that is good for as long again.
 */
export const ASK_SECONDS = 15 * 60
const ASK_MOST = 2

export type NoticeType = keyof typeof LINK_SECONDS

interface About {
  userId: string
  type: NoticeType
  /** The session that it tells of. */
  sessionId?: string
  /** True where somebody asked for its link who need not be the account's person; the account's row is locked then. */
  asked?: boolean
}

/** The secret of a notice's link: derived, so that the outbox holds none and can send the same link twice. */
export const linkSecret = (id: string): string => mac('link', id).toString('base64url')

/**
 * Writes a notice, but none for an account that was given up. Its mail goes to the account's address where that was
 * confirmed; only the mail that asks for the confirmation goes there before. One statement, as it is part of every sign-in.
 */
export async function notify(
  tx: Runner,
  { userId, type, sessionId, asked = false }: About,
  now: Date,
): Promise<void> {
  const id = newId()
  const seconds = LINK_SECONDS[type]
  const linkHash = seconds === null ? null : hash(linkSecret(id))
  const linkEndsAt = seconds === null ? null : new Date(now.getTime() + seconds * 1000)
  const mails = settings().smtpUrl !== undefined
  const reaches =
    type === 'confirm_email' ? sql`"emailConfirmedAt" IS NULL` : sql`"emailConfirmedAt" IS NOT NULL`
  const insert = sql`
    INSERT INTO "Notice"
      ("id", "userId", "type", "sessionId", "createdAt", "linkHash", "linkEndsAt", "mailTo", "mailDueAt")
    SELECT ${id}, "id", ${type}, ${sessionId ?? null}, ${moment(now)}, ${linkHash}, ${moment(linkEndsAt)},
      CASE WHEN ${reaches} THEN "email" END, CASE WHEN ${reaches} THEN ${moment(mails ? now : null)} END
    FROM "User" WHERE "id" = ${userId} AND "givenUpAt" IS NULL AND ${asked ? isNotEnough(userId, type, now) : sql`TRUE`}`
  await send(tx, insert)
  if (mails) db().afterCommit(tx, wakeOutbox)
}

/** True, in SQL, where fewer links of a kind than `ASK_MOST` were mailed lately and are good still. */
const isNotEnough = (userId: string, type: NoticeType, now: Date): Statement => sql`(
  SELECT count(*) FROM "Notice"
  WHERE "userId" = ${userId} AND "createdAt" > ${new Date(now.getTime() - ASK_SECONDS * 1000)}
    AND "type" = ${type} AND "linkHash" IS NOT NULL) < ${ASK_MOST}`
