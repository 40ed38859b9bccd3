/** The sessions of an account, as its owner sees and names them. */
import { audit } from '../audit'
import { db } from '../db'
import { deviceView } from '../devices'
import { AppError } from '../errors'
import { placeOf, placesReady } from '../places'
import type { DeviceView, Method, SessionView } from '../wire'
import { sql } from '../sql'
import { MAX_SESSIONS, requireLive } from './account'
import { liveAt, type CurrentSession } from './current'
import { isOpenAt } from './open'
import { isReportable } from './reportable'
import type { StrongSession } from './strength'

/** The live sessions of an account, as its owner sees them, latest activity first. */
export async function listSessions(session: CurrentSession, now: Date): Promise<SessionView[]> {
  const rows = await db().read((client) =>
    client.session.findMany({
      where: { userId: session.userId, ...liveAt(now) },
      include: { device: true, parent: { include: { device: true } } },
      orderBy: [{ lastSeenAt: { sort: 'desc', nulls: 'last' } }, { createdAt: 'desc' }],
      take: MAX_SESSIONS,
    }),
  )
  await placesReady()
  const listed = new Set(rows.map((row) => row.id))
  return rows.map((row) => ({
    id: row.id,
    current: row.id === session.id,
    method: row.method as Method,
    kind: row.kind as SessionView['kind'],
    parentId: row.kind === 'derived' && row.parentId && listed.has(row.parentId) ? row.parentId : null,
    approvedBy: row.parent && deviceView(row.parent.device),
    requestId: row.loginRequestId,
    device: deviceView(row.device),
    address: row.address,
    place: placeOf(row.address),
    probationEndsAt:
      row.probationEndsAt && row.probationEndsAt > now ? row.probationEndsAt.toISOString() : null,
    reportable: row.id !== session.id && isReportable(row, now),
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: (row.lastSeenAt ?? row.createdAt).toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }))
}

/** The device that approved a session, or null. */
export async function approvingDevice(session: CurrentSession): Promise<DeviceView | null> {
  const { parentId } = session
  if (parentId === null) return null
  const parent = await db().read((client) =>
    client.session.findUnique({ where: { id: parentId }, include: { device: true } }),
  )
  return parent && deviceView(parent.device)
}

/**
 * Names the device of a session; an empty name takes the name away. Only for strong sessions: people look at names to
 * find what is not theirs.
 * @throws AppError `sign_in_required`, `not_found`
 */
export function renameDevice(
  session: StrongSession,
  targetId: string,
  name: string,
  now: Date,
  address: string | null,
): Promise<void> {
  return db().move(async (tx) => {
    await requireLive(tx, session, now)
    const renamed = await tx.$queryRaw<object[]>(sql`
      UPDATE "Device" SET "name" = ${name || null} WHERE "userId" = ${session.userId} AND "id" = (
        SELECT "deviceId" FROM "Session" WHERE "id" = ${targetId} AND ${isOpenAt(now)})
      RETURNING "id"`)
    if (renamed.length === 0) throw new AppError('not_found')
    await audit(tx, now, { type: 'device_renamed', userId: session.userId, sessionId: targetId, address })
  })
}
