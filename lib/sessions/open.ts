/** The open sessions of an account: neither ended nor expired. They are few, so that all are read at once. */
import type { Session } from '../generated/prisma/client'
import { sql, type Statement } from '../sql'
import type { LockedAccount } from './account'

export type OpenSession = Pick<Session, 'id' | 'parentId' | 'kind' | 'deviceId' | 'createdAt' | 'lastSeenAt'>

/** True, in SQL, where a session is open. */
export const isOpenAt = (now: Date): Statement => sql`"endedAt" IS NULL AND "expiresAt" > ${now}`

export const openSessions = ({ tx, user }: LockedAccount, now: Date): Promise<OpenSession[]> =>
  tx.$queryRaw<OpenSession[]>(sql`
    SELECT "id", "parentId", "kind", "deviceId", "createdAt", "lastSeenAt"
    FROM "Session" WHERE "userId" = ${user.id} AND ${isOpenAt(now)}`)

/** These, and those that hang on any of them. */
export function withDerived(open: OpenSession[], roots: OpenSession[]): Set<OpenSession> {
  const derived = new Map<string, OpenSession[]>()
  for (const session of open) {
    if (session.kind !== 'derived' || session.parentId === null) continue
    const siblings = derived.get(session.parentId)
    if (siblings) siblings.push(session)
    else derived.set(session.parentId, [session])
  }
  const all = new Set(roots)
  // A set hands out what is added while it is walked through.
  for (const { id } of all) for (const session of derived.get(id) ?? []) all.add(session)
  return all
}

/** The ids of a session and of the open ones that it descends from. */
export function lineOf(open: OpenSession[], id: string): Set<string> {
  const byId = new Map(open.map((session) => [session.id, session]))
  const line = new Set<string>()
  for (let at = byId.get(id); at; at = byId.get(at.parentId ?? '')) line.add(at.id)
  return line
}
