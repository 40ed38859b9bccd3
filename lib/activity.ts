/** What happened in an account, as its person sees it: the part of the audit log that is theirs. */
import type { AuditType } from './audit'
import { db } from './db'
import { deviceView } from './devices'
import type { AuditEvent, Device, Session } from './generated/prisma/client'
import { placeOf, placesReady } from './places'
import type { CurrentSession } from './sessions/current'
import { isReportable } from './sessions/reportable'
import { isOnProbation } from './sessions/strength'
import { join, matches, sql, type Statement } from './sql'
import type { Activity, ActivityEntry, ActivityPage, DeviceView } from './wire'

/** Opening a request is nobody's yet, and an account that was given up nobody's any more. */
type OfNobody = 'login_opened' | 'account_given_up'

/** What a person is shown, and under which heading. */
const ACTIVITY_OF: Record<Exclude<AuditType, OfNobody>, Activity> = {
  sign_in_failed: 'sign_ins',
  session_created: 'sign_ins',
  session_ended: 'sign_ins',
  session_reported: 'sign_ins',
  session_wrong_device: 'sign_ins',
  login_scanned: 'approvals',
  login_confirmed: 'approvals',
  login_rejected: 'approvals',
  login_refused: 'approvals',
  login_blocked: 'approvals',
  login_presented: 'approvals',
  login_reported: 'approvals',
  account_created: 'account',
  account_claimed: 'account',
  account_disabled: 'account',
  account_enabled: 'account',
  reauthenticated: 'account',
  password_failed: 'account',
  password_changed: 'account',
  password_forgotten: 'account',
  email_confirmed: 'account',
  sign_up_repeated: 'account',
  profile_changed: 'account',
  device_renamed: 'account',
}
type Shown = keyof typeof ACTIVITY_OF
export const ACTIVITY_TYPES = Object.keys(ACTIVITY_OF) as Shown[]

/** Ends of a request that were brought about elsewhere than on the phone. */
const NOT_BY_PHONE = ['not_me', 'withdrawn', 'superseded', 'proof_tries', 'session_ended', 'relayed']
/** Read at once where all is read. */
const PART = 500

interface Range {
  of?: Activity
  /** Entries before this one. */
  before?: number
  limit: number
}

type KnownSession = Session & { device: Device }

/** A page of the log, newest first; of a session on probation, what it did itself. */
export async function listActivity(
  session: CurrentSession,
  { of, before, limit }: Range,
  now: Date,
): Promise<ActivityPage> {
  const { userId } = session
  const events = await db().query((client) =>
    client.$queryRaw<AuditEvent[]>(
      selectEvents(userId, { of, before, limit: limit + 1 }, isOnProbation(session, now) ? session : null),
    ),
  )
  const shown = events.slice(0, limit)
  const sessions = await sessionsOf(userId, shown)
  await placesReady()
  return {
    entries: shown.map((event) => entryOf(event, sessions, session, now)),
    next: events.length > limit ? (shown.at(-1)?.id ?? null) : null,
  }
}

/**
 * The latest of each type, and of those the latest: an index finds them in this order, however long the log is. So a page
 * costs the same for every heading.
 */
function selectEvents(userId: string, { of, before, limit }: Range, only: CurrentSession | null): Statement {
  const types = ACTIVITY_TYPES.filter((type) => of === undefined || ACTIVITY_OF[type] === of)
  // A cursor may be any whole number, and PostgreSQL refuses those that are larger than the column's type.
  const last = sql`CAST(${before} AS bigint)`
  const older =
    before === undefined
      ? sql``
      : sql`AND ("at", "id") < (
          (SELECT "at" FROM "AuditEvent" WHERE "id" = ${last} AND "userId" = ${userId}), ${last})`
  const own =
    only === null
      ? sql``
      : sql`AND "at" >= ${only.createdAt} AND ${matches<'AuditEvent'>({ sessionId: only.id })}`
  const latest = types.map(
    (type) => sql`SELECT * FROM (
      SELECT "id" FROM "AuditEvent" WHERE ${matches<'AuditEvent'>({ userId, type })} ${own} ${older}
      ORDER BY "at" DESC, "id" DESC LIMIT ${limit}) AS "latest"`,
  )
  return sql`
    SELECT * FROM "AuditEvent" WHERE "id" IN (${join(latest, ' UNION ALL ')})
    ORDER BY "at" DESC, "id" DESC LIMIT ${limit}`
}

/** The sessions that events name, by id; those that are long over are gone. */
async function sessionsOf(userId: string, events: AuditEvent[]): Promise<Map<string, KnownSession>> {
  const ids = [...new Set(events.flatMap(({ sessionId }) => sessionId ?? []))]
  const rows = await db().read((client) =>
    client.session.findMany({ where: { userId, id: { in: ids } }, include: { device: true } }),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

function entryOf(
  event: AuditEvent,
  sessions: Map<string, KnownSession>,
  viewer: CurrentSession,
  now: Date,
): ActivityEntry {
  const type = event.type as Shown
  const { id, at, detail, count } = event
  const session = sessions.get(event.sessionId ?? '')
  const own = session ? deviceView(session.device) : null
  const isApproval = ACTIVITY_OF[type] === 'approvals'
  const isByPhone = isApproval && !NOT_BY_PHONE.includes(detail ?? '')
  // It would be the address of somebody else, who had the code as well.
  const address = detail === 'relayed' ? null : event.address
  const mayReport = type === 'session_created' && session && session.id !== viewer.id
  return {
    id,
    at: at.toISOString(),
    type,
    detail,
    count,
    address,
    place: placeOf(address),
    // What was noted then: whoever got in may have renamed themselves since.
    device: isApproval || type === 'session_created' ? notedDevice(event) : (own ?? notedDevice(event)),
    by: isByPhone ? own : null,
    reportable: mayReport && isReportable(session, now) ? session.id : null,
  }
}

/** The device as the entry itself notes it. */
const notedDevice = ({ deviceKind, deviceBrowser, deviceSystem }: AuditEvent): DeviceView | null =>
  deviceKind === null
    ? null
    : deviceView({ name: null, kind: deviceKind, browser: deviceBrowser, system: deviceSystem })

/** The whole log as the text of one JSON document (`ActivityExport`), a part at a time. */
export async function* exportActivity(session: CurrentSession, now: Date): AsyncGenerator<string> {
  const head = JSON.stringify({ account: session.user.email, exportedAt: now.toISOString() })
  let before: number | undefined
  let lead = `${head.slice(0, -1)},"entries":[`
  do {
    const { entries, next } = await listActivity(session, { before, limit: PART }, now)
    const lines = entries.map(({ reportable: _, ...entry }) => JSON.stringify(entry))
    yield `${lead}\n${lines.join(',\n')}`
    lead = ','
    before = next ?? undefined
  } while (before !== undefined)
  yield '\n]}\n'
}
