import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from './db'
import { claimDevice } from './devices'
import { requests } from './login/requests'
import { ROWS_PER_PART } from './parts'
import { createSession } from './sessions/create'
import { signOut } from './sessions/end'
import { moment, sql } from './sql'
import { sweep } from './sweep'
import { insertMany } from './testing/history'
import { later, locked, makePhone, makeUser, NOON, open, PHONE, type SignedInDevice } from './testing/people'
import { watchTransactions } from './testing/transactions'

const DAY = 86_400

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
const left = async () => ({
  sessions: idsOf(await db().read((client) => client.session.findMany())),
  devices: idsOf(await db().read((client) => client.device.findMany())),
})

/** Another session in the same browser, which runs out at `expiresAt`. */
const signInAgain = ({ session, device }: SignedInDevice, expiresAt: Date) =>
  db().move(async (tx) => {
    const { userId } = session
    const account = await locked(tx, userId)
    const { id: deviceId } = await claimDevice(tx, { userId, cookie: device, agent: PHONE.agent }, NOON)
    const how = { method: 'password', proven: [], kind: 'own', address: null, agent: PHONE.agent } as const
    await createSession(account, { deviceId, expiresAt, ...how }, NOON)
  })

beforeEach(async () => {
  await db().write((tx) => tx.user.deleteMany())
})

test('removes requests after a day, sessions and audit entries after 180, and nothing before', async () => {
  const phone = await makePhone((await makeUser()).id, NOON, DAY)
  const living = await makePhone(phone.session.userId, NOON, 400 * DAY)
  await open()
  await signOut(phone.session, NOON, null)

  expect(await sweep(later(DAY))).toEqual({ requests: 0, sessions: 0, events: 0 })
  // A store that forgets has nothing left to remove.
  const over = requests().mayForget ? 0 : 1
  expect(await sweep(later(DAY + 301))).toEqual({ requests: over, sessions: 0, events: 0 })
  const { sessions, events } = await sweep(later(181 * DAY + 1))
  expect([sessions, events > 0]).toEqual([1, true])
  expect(await left()).toEqual({ sessions: [living.session.id], devices: [living.session.deviceId] })
})

test('a browser goes with the last of its sessions', async () => {
  const phone = await makePhone((await makeUser()).id, NOON, DAY)
  await signInAgain(phone, later(2 * DAY))
  await sweep(later(181 * DAY + 1))
  const between = await left()
  expect([between.sessions.length, between.devices]).toEqual([1, [phone.session.deviceId]])
  await sweep(later(182 * DAY + 1))
  expect(await left()).toEqual({ sessions: [], devices: [] })
})

describe('of many audit entries', () => {
  const OLD = 2 * ROWS_PER_PART + 300
  const insertEntries = (count: number, at: Date) =>
    db().move((tx) =>
      tx.$queryRaw(insertMany(sql`"AuditEvent" ("at", "type")`, sql`${moment(at)}, 'login_opened'`, count)),
    )

  beforeEach(() => sweep(later(1000 * DAY)))

  test('a part goes at a time, and others write in between', async () => {
    await insertEntries(OLD, later(-1))
    await insertEntries(5, later(1))
    const counts: number[] = []
    const bystander = vi.fn(() => makeUser())
    watchTransactions({ before: bystander, rows: (rows) => counts.push(rows.length) })
    expect(await sweep(later(180 * DAY))).toMatchObject({ events: OLD })
    expect(counts.filter((count) => count > 0)).toEqual([ROWS_PER_PART, ROWS_PER_PART, 300])
    expect(bystander.mock.calls.length).toBeGreaterThan(3)
    expect(await db().read((client) => client.auditEvent.count())).toBe(5)
  })

  test('each goes once where several servers sweep at the same time', async () => {
    await insertEntries(OLD, later(-1))
    for (let count = 0; count < 3; count++) await makePhone((await makeUser()).id, NOON, DAY)
    const at = later(181 * DAY + 1)
    const swept = await Promise.all([sweep(at), sweep(at), sweep(at)])
    const sum = (of: 'events' | 'sessions') => swept.reduce((total, { [of]: count }) => total + count, 0)
    expect([sum('events'), sum('sessions')]).toEqual([OLD + 3, 3])
    expect(await left()).toEqual({ sessions: [], devices: [] })
  })
})
