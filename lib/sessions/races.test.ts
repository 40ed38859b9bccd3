/**
 * What makes a session against what ends all of them, at the same time: nothing that was in flight is left. On PostgreSQL
 * each call has a connection of its own.
 */
import { afterAll, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { consume } from '../login/consume'
import { linkSecret } from '../notify/notice'
import { disableUser, resetPassword } from '../operator'
import { resetByLink, sendResetLink } from '../password-reset'
import { sql } from '../sql'
import { isInOrder } from '../testing/database'
import { refused, tally } from '../testing/outcomes'
import {
  DESKTOP,
  makePhone,
  makeUser,
  NOON,
  openAndConfirm,
  PHONE,
  type SignedInDevice,
} from '../testing/people'
import { joinToken } from '../tokens'
import { changePassword, reauthenticate, signInWithPassword } from '../users'
import type { Kind } from '../wire'
import { requireLive } from './account'
import type { StrongSession } from './strength'
import { endSessions, only, revokeOthers } from './end'
import { reportAsOwner } from './report'
import { isOpenAt } from './open'

// What argon2 takes has no part in these races.
vi.mock('../passwords', () => ({
  hashPassword: async (password: string) => `hash of ${password}`,
  verifyPassword: async (stored: string | null, password: string) => stored === `hash of ${password}`,
}))

const ROUNDS = 20
const OLD = 'the old password'
const NEW = 'the new password'

let account: { id: string; email: string }
let laptop: StrongSession
let thief: SignedInDevice

async function arrange(): Promise<void> {
  account = await makeUser()
  const data = { passwordHash: `hash of ${OLD}`, emailConfirmedAt: NOON }
  await db().write((tx) => tx.user.update({ where: { id: account.id }, data }))
  laptop = (await makePhone(account.id)).session
  thief = await makePhone(account.id)
}

type Work = () => Promise<unknown>

/** So many round trips to the database: about as long as it takes a call to get that far. */
async function trips(count: number): Promise<void> {
  for (let trip = 0; trip < count; trip++)
    await db().query((client) => client.$queryRaw(sql`SELECT 1 AS "one"`))
}

const after = (count: number, work: Work) => trips(Math.max(0, count)).then(work)

/** Both at once, and each of them with a lead of up to nine round trips. Before that, and after it, one behind the other. */
async function race(preparing: () => Promise<{ make: Work; end: Work }>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await arrange()
    const { make, end } = await preparing()
    const lead = round - ROUNDS / 2
    if (round === 0) expect(await tally([make().then(end)])).toEqual({ done: 1 })
    else if (round === ROUNDS - 1) expect(await tally([end().then(make)])).not.toHaveProperty('done')
    else expect((await tally([after(lead, make), after(-lead, end)])).done).toBeGreaterThan(0)
    expect(await survivors(), `round ${round}`).toEqual([])
  }
}

const survivors = () =>
  db().query((client) =>
    client.$queryRaw<object[]>(sql`
      SELECT "id", "method", "kind" FROM "Session"
      WHERE "userId" = ${account.id} AND "id" <> ${laptop.id} AND ${isOpenAt(NOON)}`),
  )

const signIn: Work = () =>
  signInWithPassword({ email: account.email, password: OLD, deviceCookie: undefined, ...PHONE }, NOON)

async function consuming(phone: SignedInDevice, kind: Kind): Promise<Work> {
  const { id, secret } = await openAndConfirm(phone, NOON, kind)
  return () => consume(id, secret, undefined, DESKTOP, NOON)
}

const passwords = { currentPassword: OLD, newPassword: NEW }
const changing = async (): Promise<Work> => () => changePassword(laptop, passwords, NOON, null)
const everywhereElse = async (): Promise<Work> => () => revokeOthers(laptop, NOON, null)
const reporting = async (): Promise<Work> => () => reportAsOwner(laptop, thief.session.id, PHONE, NOON)
const byOperator = async (): Promise<Work> => () => resetPassword(account.email, NEW, NOON)
const disabling = async (): Promise<Work> => () => disableUser(account.email, NOON)
async function byLink(): Promise<Work> {
  await sendResetLink({ email: account.email, locale: 'en' }, NOON, null)
  const { id } = await db().read((client) =>
    client.notice.findFirstOrThrow({ where: { userId: account.id, type: 'reset_password' } }),
  )
  return () => resetByLink({ token: joinToken(id, linkSecret(id)), newPassword: NEW }, NOON, null)
}

describe('a sign-in with the old password', () => {
  test.each([
    ['a new password', changing],
    ['a reset by link', byLink],
    ["the operator's reset", byOperator],
    ['disabling the account', disabling],
  ])('against %s: no session is left', async (_, ending) => {
    await race(async () => ({ make: signIn, end: await ending() }))
  })
})

describe.each(['derived', 'independent'] as const)('a consume that a thief approved (%s)', (kind) => {
  test.each([
    ['a new password', changing],
    ['signing out everywhere else', everywhereElse],
    ['a report', reporting],
    ['disabling the account', disabling],
  ])('against %s: no session is left', async (_, ending) => {
    await race(async () => ({ make: await consuming(thief, kind), end: await ending() }))
  })
})

describe('what a session approved that stays', () => {
  test.each([
    ['a new password', changing],
    ['signing out everywhere else', everywhereElse],
  ])('comes to nothing against %s', async (_, ending) => {
    const own = () => consuming({ ...thief, session: laptop }, 'independent')
    await race(async () => ({ make: await own(), end: await ending() }))
  })
})

test('a session that is ended while it waits for the lock does not act', async () => {
  await arrange()
  let acting: Promise<string> | undefined
  await db().move(async (tx) => {
    const owner = await requireLive(tx, laptop, NOON)
    acting = refused(reauthenticate(thief.session, OLD, NOON, null))
    // SQLite's waits for this transaction in a queue.
    if (!isInOrder()) await vi.waitFor(async () => expect(await waiting()).toBe(1), 10_000)
    await endSessions(owner, only(thief.session.id), 'revoked', NOON)
  })
  expect(await acting).toBe('sign_in_required')
})

async function waiting(): Promise<number> {
  const [row] = await db().query((client) =>
    client.$queryRaw<[{ count: number }]>(sql`
      SELECT count(*) AS "count" FROM pg_stat_activity
      WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`),
  )
  return row.count
}

afterAll(async () => {
  if (isInOrder()) return
  const [row] = await db().query((client) =>
    client.$queryRaw<[{ deadlocks: number }]>(sql`
      SELECT "deadlocks" FROM pg_stat_database WHERE "datname" = current_database()`),
  )
  expect(row.deadlocks, 'all take the account first').toBe(0)
})
