/** How many sessions an account holds, and what ends more than that: none of it may grow with them, or keep others waiting. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { linkSecret } from '../notify/notice'
import { disableUser, resetPassword } from '../operator'
import { resetByLink, sendResetLink } from '../password-reset'
import { inParts } from '../parts'
import { among, insertAll, moment, sql } from '../sql'
import { isInOrder } from '../testing/database'
import { refused } from '../testing/outcomes'
import {
  later,
  letIn,
  locked,
  makePhone,
  makeUser,
  NOON,
  PHONE,
  type SignedInDevice,
  strongSession,
} from '../testing/people'
import { joinToken } from '../tokens'
import { changeName, changePassword, signInWithPassword } from '../users'
import { MAX_SESSIONS } from './account'
import { createSession } from './create'
import { findSession } from './current'
import { revokeOthers } from './end'
import { reportAsOwner } from './report'
import { isOpenAt } from './open'
import type { StrongSession } from './strength'

// What argon2 takes has no part in this.
vi.mock('../passwords', () => ({
  hashPassword: async (password: string) => `hash of ${password}`,
  verifyPassword: async (stored: string | null, password: string) => stored === `hash of ${password}`,
}))

const countLive = async (userId: string, now = NOON): Promise<number> => {
  const [row] = await db().query((client) =>
    client.$queryRaw<[{ count: number }]>(sql`
      SELECT count(*) AS "count" FROM "Session" WHERE "userId" = ${userId} AND ${isOpenAt(now)}`),
  )
  return row.count
}

const isSignedIn = async ({ token, device }: SignedInDevice, now: Date) =>
  (await findSession(token, device, now, null)) !== null

describe('an account holds a hundred sessions', () => {
  test('a new one ends the one that was seen least recently', async () => {
    const { id } = await makeUser()
    const phones: SignedInDevice[] = []
    for (let made = 0; made < MAX_SESSIONS; made++) phones.push(await makePhone(id, later(made)))
    expect(await isSignedIn(phones[0]!, later(3600))).toBe(true)
    expect(await countLive(id)).toBe(MAX_SESSIONS)
    const newest = await makePhone(id, later(3601))
    expect(await countLive(id, later(3601))).toBe(MAX_SESSIONS)
    expect(await isSignedIn(phones[1]!, later(3601))).toBe(false)
    for (const one of [phones[0]!, phones[2]!, newest]) expect(await isSignedIn(one, later(3601))).toBe(true)
    const [entry] = await db().read((client) =>
      client.auditEvent.findMany({ where: { sessionId: phones[1]!.session.id, type: 'session_ended' } }),
    )
    expect(entry).toMatchObject({ detail: 'surplus', userId: id, address: PHONE.address })
  })

  test('but not the one that approves it, however long ago that was seen', async () => {
    const { id } = await makeUser()
    const phone = await makePhone(id)
    for (let made = 1; made < MAX_SESSIONS; made++) await makePhone(id, later(made))
    const desktop = await letIn(phone, NOON, 'derived')
    expect(await countLive(id)).toBe(MAX_SESSIONS)
    for (const one of [phone, desktop]) expect(await isSignedIn(one, later(50))).toBe(true)
  })

  test('and none is made on top of a hundred that hang on one another', async () => {
    const { id } = await makeUser()
    const phone = await makePhone(id)
    const make = (parentId: string) =>
      db().move(async (tx) => {
        const how = { method: 'qr', kind: 'derived', address: null, agent: PHONE.agent } as const
        const { deviceId } = phone.session
        const token = await createSession(
          await locked(tx, id),
          { ...how, deviceId, parentId, proven: [], expiresAt: later(60) },
          NOON,
        )
        return token.split('.')[0]!
      })
    let last = phone.session.id
    for (let made = 1; made < MAX_SESSIONS; made++) last = await make(last)
    expect(await refused(make(last))).toBe('refused')
    expect(await countLive(id)).toBe(MAX_SESSIONS)
  })

  test('however many are made at the same time', async () => {
    const { id, email } = await makeUser()
    await db().write((tx) => tx.user.update({ where: { id }, data: { passwordHash: 'hash of it' } }))
    const signIn = () =>
      signInWithPassword({ email, password: 'it', deviceCookie: undefined, ...PHONE }, NOON)
    await Promise.all(Array.from({ length: MAX_SESSIONS + 20 }, signIn))
    expect(await countLive(id)).toBe(MAX_SESSIONS)
  })
})

describe('an account with 50,000 live sessions from before', () => {
  const IDS = Array.from({ length: 50_000 }, (_, index) => `many-${index}`)
  const OLD = 'the old password'
  const NEW = 'the new password'
  let account: { id: string; email: string }
  let bystander: StrongSession
  let root: SignedInDevice

  /** All were approved by one, every tenth hangs on it, and each is in a browser of its own. */
  beforeAll(async () => {
    bystander = strongSession(await makePhone((await makeUser()).id))
    account = await makeUser()
    root = await makePhone(account.id)
    await inParts(IDS, (ids) =>
      db().move(async (tx) => {
        const device = { userId: account.id, secretHash: 'none', kind: 'desktop', createdAt: NOON }
        const [first, ...others] = ids.map((id) => ({ id, ...device }))
        await tx.$queryRaw(insertAll('Device', [first!, ...others]))
        await tx.$queryRaw(sql`
          INSERT INTO "Session"
            ("id", "secretHash", "userId", "deviceId", "method", "kind", "parentId", "createdAt", "expiresAt")
          SELECT "id", 'none', "userId", "id", 'qr', CASE WHEN "id" LIKE '%0' THEN 'derived' ELSE 'independent' END,
            ${root.session.id}, "createdAt", ${moment(later(86_400))}
          FROM "Device" WHERE "id" ${among(ids)}`)
      }),
    )
  }, 120_000)

  /** Lets them live once more, and signs another one in. */
  async function again(): Promise<StrongSession> {
    await db().write((tx) =>
      tx.user.update({
        where: { id: account.id },
        data: { passwordHash: `hash of ${OLD}`, disabledAt: null, emailConfirmedAt: NOON },
      }),
    )
    const laptop = await makePhone(account.id)
    const alive = sql`"endedAt" = NULL, "endReason" = NULL`
    await inParts([root.session.id, ...IDS], (ids) =>
      db().move((tx) => tx.$queryRaw(sql`UPDATE "Session" SET ${alive} WHERE "id" ${among(ids)}`)),
    )
    return strongSession(laptop)
  }

  test.each<[string, (laptop: StrongSession) => Promise<unknown>, number]>([
    ['"sign out everywhere else"', (laptop) => revokeOthers(laptop, NOON, null), 1],
    [
      'a new password',
      (laptop) => changePassword(laptop, { currentPassword: OLD, newPassword: NEW }, NOON, null),
      1,
    ],
    [
      'a reset by link',
      async () => {
        await sendResetLink({ email: account.email, locale: 'en' }, NOON, null)
        const { id } = await db().read((client) =>
          client.notice.findFirstOrThrow({ where: { userId: account.id, type: 'reset_password' } }),
        )
        await resetByLink({ token: joinToken(id, linkSecret(id)), newPassword: NEW }, NOON, null)
      },
      0,
    ],
    ["the operator's reset", () => resetPassword(account.email, NEW, NOON), 0],
    ['disabling it', () => disableUser(account.email, NOON), 0],
    ['a report', (laptop) => reportAsOwner(laptop, root.session.id, PHONE, NOON), 1],
    [
      'a sign-in',
      () =>
        signInWithPassword({ email: account.email, password: OLD, deviceCookie: undefined, ...PHONE }, NOON),
      MAX_SESSIONS,
    ],
  ])(
    '%s ends them, and others write meanwhile',
    async (_, end, left) => {
      const laptop = await again()
      let ended = false
      let before = 0
      const ending = end(laptop).finally(() => (ended = true))
      while (!ended) {
        await changeName(bystander, 'Bystander', NOON, null)
        if (!ended) before++
      }
      await ending
      const live = await countLive(account.id)
      // What hung on a session that made room has ended with it.
      if (left === MAX_SESSIONS) expect(live).toBeLessThanOrEqual(left)
      else expect(live).toBe(left)
      expect(live > 0).toBe(left > 0)
      // SQLite has one writer at a time: there they waited for their turn.
      if (!isInOrder()) expect(before).toBeGreaterThan(1)
    },
    120_000,
  )
})
