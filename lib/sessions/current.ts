/** Who is signed in. Our row decides every request; the cookie only carries the token. */
import { audit } from '../audit'
import { db } from '../db'
import { isDevice } from '../devices'
import { isAppError } from '../errors'
import type { Session } from '../generated/prisma/client'
import { tryTake } from '../limits/limits'
import { send, sql, type Statement } from '../sql'
import { equal, hash, splitToken } from '../tokens'
import type { DeviceKind, DeviceView, Kind, Method } from '../wire'
import { factorsOf, type Factors } from './factors'

const TOUCH_EVERY_MS = 60_000

export interface CurrentSession {
  id: string
  userId: string
  deviceId: string
  method: Method
  kind: 'own' | Kind
  parentId: string | null
  createdAt: Date
  expiresAt: Date
  factors: Factors
  probationEndsAt: Date | null
  user: { name: string; email: string }
  device: DeviceView & { createdAt: Date }
}

/** The `where` of a session that may still act. */
export const liveAt = (now: Date) => ({ endedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } })

/** The same in SQL. */
export const isLiveAt = (now: Date): Statement => sql`
  "Session"."endedAt" IS NULL AND "Session"."expiresAt" > ${now} AND EXISTS (
    SELECT 1 FROM "User" WHERE "User"."id" = "Session"."userId" AND "User"."disabledAt" IS NULL)`

/**
 * The session that two cookies prove: the token, and the device that it was made for. A token without its device is
 * refused and reported.
 * @returns null where nobody is signed in
 * @throws AppError `unavailable` when the database can't say
 */
export async function findSession(
  token: string | undefined,
  deviceCookie: string | undefined,
  now: Date,
  address: string | null,
): Promise<CurrentSession | null> {
  const parts = splitToken(token)
  if (!parts) return null
  const [row] = await db().query((client) => client.$queryRaw<LiveRow[]>(selectLive(parts.id, now)))
  if (!row || !equal(row.secretHash, hash(parts.secret))) return null
  if (!isDevice({ id: row.deviceId, secretHash: row.deviceSecretHash }, deviceCookie)) {
    await reportWrongDevice(row, now, address)
    return null
  }
  await touch(row, now)
  return {
    id: row.id,
    userId: row.userId,
    deviceId: row.deviceId,
    method: row.method as Method,
    kind: row.kind as CurrentSession['kind'],
    parentId: row.parentId,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    factors: factorsOf(row),
    probationEndsAt: row.probationEndsAt,
    user: { name: row.userName, email: row.userEmail },
    device: {
      name: row.deviceName,
      kind: row.deviceKind as DeviceKind,
      browser: row.deviceBrowser,
      system: row.deviceSystem,
      createdAt: row.deviceCreatedAt,
    },
  }
}

/** With its user and its device: this runs at each request of a signed-in person. */
const selectLive = (id: string, now: Date): Statement => sql`
  SELECT "Session".*, "User"."name" AS "userName", "User"."email" AS "userEmail",
    "Device"."secretHash" AS "deviceSecretHash", "Device"."name" AS "deviceName", "Device"."kind" AS "deviceKind",
    "Device"."browser" AS "deviceBrowser", "Device"."system" AS "deviceSystem",
    "Device"."createdAt" AS "deviceCreatedAt"
  FROM "Session"
  JOIN "User" ON "User"."id" = "Session"."userId"
  JOIN "Device" ON "Device"."id" = "Session"."deviceId"
  WHERE "Session"."id" = ${id} AND ${isLiveAt(now)}`

interface LiveRow extends Session {
  userName: string
  userEmail: string
  deviceSecretHash: string
  deviceName: string | null
  deviceKind: string
  deviceBrowser: string | null
  deviceSystem: string | null
  deviceCreatedAt: Date
}

async function reportWrongDevice(row: { id: string; userId: string }, now: Date, address: string | null) {
  if (!(await tryTake('wrong_device_report', row.id))) return
  await tolerateAway(
    db().move((tx) =>
      audit(tx, now, { type: 'session_wrong_device', userId: row.userId, sessionId: row.id, address }),
    ),
  )
}

async function touch(row: { id: string; lastSeenAt: Date | null }, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - TOUCH_EVERY_MS)
  if (row.lastSeenAt && row.lastSeenAt > stale) return
  await tolerateAway(
    db().move((tx) => send(tx, sql`UPDATE "Session" SET "lastSeenAt" = ${now} WHERE "id" = ${row.id}`)),
  )
}

/** A database that can't be written for a moment must not sign anybody out: what is only noted may be missed. */
async function tolerateAway(work: Promise<unknown>): Promise<void> {
  await work.catch((error) => {
    if (!isAppError(error, 'unavailable')) throw error
  })
}
