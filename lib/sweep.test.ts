import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from './db'
import { claimDevice } from './devices'
import { confirmEmail } from './email'
import { settings } from './env'
import { requests } from './login/requests'
import { linkToken } from './notify/links'
import { disableUser, resetPassword } from './operator'
import { ROWS_PER_PART } from './parts'
import { createSession } from './sessions/create'
import { findSession } from './sessions/current'
import { signOut } from './sessions/end'
import { signUp } from './sign-up'
import { moment, sql } from './sql'
import { sweep } from './sweep'
import { insertMany } from './testing/history'
import { later, locked, makePhone, makeUser, NOON, open, PHONE, type SignedInDevice } from './testing/people'
import { watchTransactions } from './testing/transactions'
import { newId } from './tokens'
import { createUser, signInWithPassword } from './users'

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

  expect(await sweep(later(DAY))).toEqual({ requests: 0, accounts: 0, sessions: 0, events: 0 })
  // A store that forgets has nothing left to remove.
  const over = requests().mayForget ? 0 : 1
  expect(await sweep(later(DAY + 301))).toEqual({ requests: over, accounts: 0, sessions: 0, events: 0 })
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

describe('accounts whose address nobody confirmed', () => {
  const WEEK = 7 * DAY
  let count = 0
  let email: string

  beforeEach(() => {
    vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
    email = `new${++count}@example.org`
  })

  const signUpNow = async () => {
    await signUp({ name: 'Ada', email, password: 'correct horse', locale: 'en' }, NOON, null)
    return db().read((client) => client.user.findUniqueOrThrow({ where: { email } }))
  }
  const accounts = async () => {
    const rows = await db().read((client) => client.user.findMany())
    return rows.map((row) => row.email)
  }
  const removed = async (now: Date) => (await sweep(now)).accounts

  test('go after a week without a session, and the address is free', async () => {
    await signUpNow()
    expect(await removed(later(WEEK - 1))).toBe(0)
    expect(await removed(later(WEEK))).toBe(1)
    expect(await accounts()).toEqual([])
    await signUpNow()
  })

  test('stay while somebody is signed in, and for a week after', async () => {
    const { id } = await signUpNow()
    const phone = await makePhone(id, NOON, 30 * DAY)
    expect(await removed(later(29 * DAY))).toBe(0)
    await signOut(phone.session, later(29 * DAY), null)
    // They are looked at once a day.
    expect(await removed(later(36 * DAY - 1))).toBe(0)
    expect(await removed(later(37 * DAY))).toBe(1)
  })

  test('go a week after their last session ran out', async () => {
    const { id } = await signUpNow()
    await makePhone(id, NOON, 2 * DAY)
    expect(await removed(later(9 * DAY - 1))).toBe(0)
    expect(await removed(later(10 * DAY))).toBe(1)
  })

  test('stay once they are confirmed', async () => {
    const { id } = await signUpNow()
    const { session } = await makePhone(id, NOON, DAY)
    const [asked] = await db().read((client) =>
      client.notice.findMany({ where: { userId: id, type: 'confirm_email' } }),
    )
    await confirmEmail({ token: linkToken(asked!, NOON)!, session, locale: 'en' }, NOON, null)
    expect(await removed(later(100 * DAY))).toBe(0)
  })

  test('stay where there is no mail server, since nobody can confirm there', async () => {
    await signUpNow()
    vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(undefined)
    expect(await removed(later(100 * DAY))).toBe(0)
  })

  test('stay where the operator made them, gave them a password, or disabled them', async () => {
    await createUser({ name: 'Ada', email: 'operator@example.org', password: 'correct horse' }, NOON, null)
    const kept = ['operator@example.org']
    for (const decide of [
      () => resetPassword(email, 'battery staple', NOON),
      () => disableUser(email, NOON),
    ]) {
      email = `new${++count}@example.org`
      kept.push((await signUpNow()).email)
      await decide()
    }
    expect(await removed(later(100 * DAY))).toBe(0)
    expect((await accounts()).sort()).toEqual(kept.sort())
  })

  test('go in parts, however many they are and whatever they have gathered', async () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      id: newId(),
      email: `many${index}@example.org`,
      name: 'Nobody',
      passwordHash: 'none',
      createdAt: NOON,
      confirmBy: later(WEEK),
    }))
    const busy = many[0]!.id
    await db().write((tx) => tx.user.createMany({ data: many }))
    const phone = await makePhone(busy, NOON, DAY)
    const { deviceId } = phone.session
    const sessions = Array.from({ length: 2_500 }, () => ({
      id: newId(),
      secretHash: 'none',
      userId: busy,
      deviceId,
      method: 'password',
      kind: 'own',
      createdAt: NOON,
      expiresAt: later(DAY),
    }))
    await db().write((tx) => tx.session.createMany({ data: sessions }))
    const parts = vi.spyOn(db(), 'move')
    expect(await removed(later(9 * DAY))).toBe(250)
    expect(parts.mock.calls.length).toBeGreaterThan(10)
    expect(await left()).toEqual({ sessions: [], devices: [] })
    expect(await accounts()).toEqual([])
  })

  test('a sign-in in the same moment is either refused, or keeps the account', async () => {
    for (let round = 0; round < 10; round++) {
      email = `race${round}@example.org`
      const { id } = await signUpNow()
      const attempt = { email, password: 'correct horse', deviceCookie: undefined, ...PHONE }
      const at = later(WEEK)
      const [signedIn] = await Promise.allSettled([signInWithPassword(attempt, at), sweep(at)])
      const kept = (await db().read((client) => client.user.count({ where: { id } }))) > 0
      expect(signedIn.status).toBe(kept ? 'fulfilled' : 'rejected')
      if (signedIn.status === 'fulfilled') {
        const { token, deviceToken } = signedIn.value
        expect(await findSession(token, deviceToken, at, null)).not.toBeNull()
      }
    }
  })
})
