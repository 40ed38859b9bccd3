/** The links in mails: `{notice id}.{secret}`, each good once, and until its end. */
import { AppError } from '../errors'
import type { Notice } from '../generated/prisma/client'
import { macs } from '../keys'
import { lockAccount, type LockedAccount } from '../sessions/account'
import { sql, type Runner } from '../sql'
import { equal, hash, joinToken, splitToken } from '../tokens'
import type { NoticeType } from './notice'

/**
 * What a mail's link carries; null where it is good no more. The secret is made anew from the notice's id, under
 * whichever key it was made with.
 */
export function linkToken({ id, linkHash, linkEndsAt }: Notice, now: Date): string | null {
  if (linkHash === null || linkEndsAt === null || linkEndsAt <= now) return null
  const secrets = macs('link', id).map((mac) => mac.toString('base64url'))
  const secret = secrets.find((candidate) => hash(candidate) === linkHash)
  return secret === undefined ? null : joinToken(id, secret)
}

/**
 * The notice whose link this is, for a look.
 * @throws AppError `not_found` for what is no such link, was used, or is over
 */
export async function findLink(
  client: Runner,
  token: string,
  type: NoticeType,
  now: Date,
): Promise<Notice & { linkHash: string }> {
  const parts = splitToken(token)
  const [notice] = parts
    ? await client.$queryRaw<Notice[]>(sql`
        SELECT * FROM "Notice" WHERE "id" = ${parts.id} AND "type" = ${type} AND "linkEndsAt" > ${now}`)
    : []
  const linkHash = notice?.linkHash ?? null
  if (!parts || !notice || linkHash === null || !equal(linkHash, hash(parts.secret)))
    throw new AppError('not_found')
  return { ...notice, linkHash }
}

/**
 * Locks the account that a link was sent to, and spends the link: of two that come at once, one gets it.
 * @throws AppError `not_found`
 */
export async function spendLink(
  tx: Runner,
  token: string,
  type: NoticeType,
  now: Date,
): Promise<{ account: LockedAccount; notice: Notice }> {
  const { id, userId, linkHash } = await findLink(tx, token, type, now)
  const account = await lockAccount(tx, { id: userId }, now)
  const [notice] = await tx.$queryRaw<Notice[]>(sql`
    UPDATE "Notice" SET "linkHash" = NULL WHERE "id" = ${id} AND "linkHash" = ${linkHash} RETURNING *`)
  if (!account || !notice) throw new AppError('not_found')
  return { account, notice }
}

/** Ends all links of one kind that an account has: what they were for is done, or a newer one takes their place. */
export async function endLinks(tx: Runner, userId: string, type: NoticeType): Promise<void> {
  await tx.$queryRaw(sql`
    UPDATE "Notice" SET "linkHash" = NULL
    WHERE "userId" = ${userId} AND "type" = ${type} AND "linkHash" IS NOT NULL`)
}
