/** A wrong password, as the account's person is told of it. */
import { auditCounted, type AuditEntry } from '../audit'
import { db } from '../db'
import { lockAccount } from '../sessions/account'

/** No account has this id. */
const NOBODY = ''

/** The same work where there is no account: the clock must not tell which addresses have one. */
export async function recordWrongPassword(
  userId: string = NOBODY,
  entry: Omit<AuditEntry, 'userId'>,
  now: Date,
): Promise<void> {
  await db().move(async (tx) => auditCounted(tx, await lockAccount(tx, { id: userId }, now), now, entry))
}
