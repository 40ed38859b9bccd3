import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { isUniqueViolation } from '../db/errors'
import { settings } from '../env'
import { LIMITS } from '../limits/limits'
import { createSession } from './create'
import { findSession, isLiveAt, liveAt } from './current'
import { endReplaced, revokeOthers, revokeSession, signOut } from './end'
import { approvingDevice, listSessions, renameDevice } from './list'
import { sql } from '../sql'
import {
  later,
  letIn,
  locked,
  makePhone,
  makeUser,
  NOON,
  openAndConfirm,
  openAndScan,
  PHONE,
  proven,
  type SignedInDevice,
  type StrongDevice,
} from '../testing/people'
import { rowOf } from '../testing/outcomes'

let phone: StrongDevice

beforeEach(async () => {
  phone = await makePhone((await makeUser()).id)
})

const isSignedIn = async ({ token, device }: SignedInDevice, now = NOON) =>
  (await findSession(token, device, now, null)) !== null
const auditTypes = (sessionId: string) =>
  db().read(async (client) =>
    (await client.auditEvent.findMany({ where: { sessionId }, orderBy: { id: 'asc' } })).map(
      ({ type }) => type,
    ),
  )

describe('a session', () => {
  beforeEach(() => void vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(2))

  test('needs its token and its device', async () => {
    const other = await makePhone(phone.session.userId)
    expect(await isSignedIn(phone)).toBe(true)
    expect(await findSession(phone.token.slice(0, -3) + 'AAA', phone.device, NOON, null)).toBeNull()
    for (const device of [undefined, other.device, phone.device.slice(0, -3) + 'AAA'])
      expect(await findSession(phone.token, device, NOON, '203.0.113.9')).toBeNull()
  })

  test('that is presented without its device is reported', async () => {
    const presented = LIMITS.wrong_device_report.points * settings().rateLimitScale + 5
    for (let times = 0; times < presented; times++)
      await findSession(phone.token, undefined, NOON, '203.0.113.9')
    const events = await db().read((client) =>
      client.auditEvent.findMany({ where: { type: 'session_wrong_device', sessionId: phone.session.id } }),
    )
    // Not once per try: whoever holds the token could fill the database.
    expect(events).toHaveLength(presented - 5)
    expect(events[0]).toMatchObject({ address: '203.0.113.9', userId: phone.session.userId })
  })

  test('ends with its time, and with its account', async () => {
    expect(await isSignedIn(phone, later(86_399))).toBe(true)
    expect(await isSignedIn(phone, later(86_400))).toBe(false)
    await db().write((tx) =>
      tx.user.update({ where: { id: phone.session.userId }, data: { disabledAt: NOON } }),
    )
    expect(await isSignedIn(phone)).toBe(false)
  })

  test('remembers its last use, to the minute', async () => {
    const lastSeen = async () =>
      (await db().read((client) => client.session.findUniqueOrThrow({ where: { id: phone.session.id } })))
        .lastSeenAt
    expect(await lastSeen()).toEqual(NOON)
    await isSignedIn(phone, later(59))
    expect(await lastSeen()).toEqual(NOON)
    await isSignedIn(phone, later(60))
    expect(await lastSeen()).toEqual(later(60))
  })

  test('is stored as a hash', async () => {
    const rows = await db().read((client) => client.session.findMany({ include: { device: true } }))
    const stored = JSON.stringify(rows)
    expect(stored).not.toContain(phone.token.split('.')[1])
    expect(stored).not.toContain(phone.device.split('.')[1])
  })
})

describe('ending', () => {
  test('takes derived descendants along and leaves independent ones', async () => {
    const derived = await letIn(phone)
    const independent = await letIn(phone, NOON, 'independent')
    const grandchild = await letIn(proven(derived))
    expect(await signOut(phone.session, NOON, null)).toBe(3)
    expect(
      await Promise.all([phone, derived, grandchild, independent].map((one) => isSignedIn(one))),
    ).toEqual([false, false, false, true])
  })

  test('ends the login requests that it has in hand', async () => {
    const scanned = await openAndScan(phone)
    const confirmed = await openAndConfirm(phone)
    await signOut(phone.session, NOON, null)
    for (const { id } of [scanned, confirmed])
      expect(await rowOf(id)).toMatchObject({
        state: 'rejected',
        reason: 'session_ended',
        scanTokenHash: null,
      })
  })

  test('reaches no session of another account', async () => {
    const stranger = await makePhone((await makeUser()).id)
    await expect(revokeSession(phone.session, stranger.session.id, NOON, null)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(renameDevice(phone.session, stranger.session.id, 'Mine', NOON, null)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await isSignedIn(stranger)).toBe(true)
  })

  test('beyond its own descendants needs a password in a QR session', async () => {
    const desktop = await letIn(phone)
    const strong = proven(desktop)
    const child = await letIn(strong)
    await expect(revokeSession(desktop.session, phone.session.id, NOON, null)).rejects.toMatchObject({
      code: 'reauthentication_required',
    })
    expect(await revokeSession(desktop.session, child.session.id, NOON, null)).toBe(1)
    expect(await revokeSession(strong.session, phone.session.id, NOON, null)).toBe(2)
    expect(await isSignedIn(desktop)).toBe(false)
  })

  test('everywhere else keeps the one that asks, even where it hung on another', async () => {
    const desktop = await letIn(phone)
    const other = await makePhone(phone.session.userId)
    expect(await revokeOthers(proven(desktop).session, NOON, null)).toBe(2)
    expect(await Promise.all([desktop, phone, other].map((one) => isSignedIn(one)))).toEqual([
      true,
      false,
      false,
    ])
  })

  test('is audited once for each session that ended, and for none that had', async () => {
    const desktop = await letIn(phone)
    await signOut(phone.session, NOON, null)
    expect(await signOut(phone.session, NOON, null)).toBe(0)
    expect(await auditTypes(phone.session.id)).toEqual([
      'session_created',
      'login_scanned',
      'login_confirmed',
      'session_ended',
    ])
    expect(await auditTypes(desktop.session.id)).toEqual(['session_created', 'session_ended'])
  })

  test('counts nothing that had expired', async () => {
    const old = await makePhone(phone.session.userId, NOON, 60)
    expect(await revokeOthers(phone.session, later(61), null)).toBe(0)
    const row = await db().read((client) =>
      client.session.findUniqueOrThrow({ where: { id: old.session.id } }),
    )
    expect(row.endedAt).toBeNull()
  })

  test('is refused to a session that was itself ended a moment ago', async () => {
    const other = await makePhone(phone.session.userId)
    await signOut(phone.session, NOON, null)
    const refused = { code: 'sign_in_required' }
    await expect(revokeOthers(phone.session, NOON, null)).rejects.toMatchObject(refused)
    await expect(revokeSession(phone.session, other.session.id, NOON, null)).rejects.toMatchObject(refused)
    await expect(renameDevice(phone.session, other.session.id, 'x', NOON, null)).rejects.toMatchObject(
      refused,
    )
    expect(await isSignedIn(other)).toBe(true)
  })

  test('of what a new sign-in replaced spares the one that the new session descends from', async () => {
    const desktop = await letIn(phone)
    expect(await endReplaced(phone.session, desktop.session.id, NOON, null)).toBe(0)
    const again = await makePhone(phone.session.userId)
    expect(await endReplaced(phone.session, again.session.id, NOON, null)).toBe(2)
  })
})

test('the list is the tree that its owner sees', async () => {
  const derived = await letIn(phone)
  const independent = await letIn(phone, NOON, 'independent')
  await renameDevice(phone.session, phone.session.id, 'My phone', NOON, null)
  const list = await listSessions(phone.session, NOON)
  const seen = new Map(list.map((item) => [item.id, item]))
  expect(seen.get(phone.session.id)).toMatchObject({
    current: true,
    parentId: null,
    approvedBy: null,
    kind: 'own',
  })
  expect(seen.get(derived.session.id)).toMatchObject({
    parentId: phone.session.id,
    approvedBy: { name: 'My phone', browser: 'Safari' },
  })
  expect(seen.get(independent.session.id)).toMatchObject({
    parentId: null,
    approvedBy: { name: 'My phone', browser: 'Safari' },
  })
  expect(JSON.stringify(list)).not.toMatch(/hash/i)
  expect(await approvingDevice(derived.session)).toEqual({ name: 'My phone', ...PHONE.agent })
})

test('a login request makes one session and no second', async () => {
  const { userId, deviceId } = phone.session
  const row = { deviceId, loginRequestId: 'once' }
  const make = () =>
    db().move(async (tx) =>
      createSession(
        await locked(tx, userId),
        {
          ...row,
          method: 'qr',
          proven: [],
          kind: 'own',
          address: null,
          agent: PHONE.agent,
          expiresAt: later(60),
        },
        NOON,
      ),
    )
  await make()
  await expect(make()).rejects.toSatisfy(isUniqueViolation)
})

describe('a session is live', () => {
  const cases: [string, { session?: object; user?: object }, Date, boolean][] = [
    ['before its end', {}, later(86_399), true],
    ['no more at its end', {}, later(86_400), false],
    ['no more once it was ended', { session: { endedAt: NOON } }, NOON, false],
    ['no more while its account is disabled', { user: { disabledAt: NOON } }, NOON, false],
  ]
  test.each(cases)('%s, to Prisma and in SQL', async (_, changes, now, expected) => {
    const { id, userId } = phone.session
    await db().write(async (tx) => {
      await tx.session.update({ where: { id }, data: changes.session ?? {} })
      await tx.user.update({ where: { id: userId }, data: changes.user ?? {} })
    })
    const byPrisma = await db().read((client) => client.session.count({ where: { id, ...liveAt(now) } }))
    const bySql = await db().query((client) =>
      client.$queryRaw<unknown[]>(sql`SELECT 1 FROM "Session" WHERE "id" = ${id} AND ${isLiveAt(now)}`),
    )
    expect([byPrisma === 1, bySql.length === 1]).toEqual([expected, expected])
  })
})
