import { beforeEach, describe, expect, test } from 'vitest'
import { db } from '../db'
import type { CurrentSession } from '../sessions/current'
import { reportAsOwner } from '../sessions/report'
import {
  DESKTOP,
  givePassword,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  PASSWORD,
  PHONE,
  proven,
  sessionOf,
  type StrongDevice,
  strongSession,
} from '../testing/people'
import { refused } from '../testing/outcomes'
import { reauthenticate } from '../users'
import { NoticeView } from '../wire'
import { dismissNotice, listNotices } from './inbox'
import { notify } from './notice'

const DAY = 86_400
let phone: StrongDevice

beforeEach(async () => {
  phone = await makePhone((await makeUser()).id)
})

const told = async (session: CurrentSession = phone.session, now = NOON) =>
  (await listNotices(session, now)).map((notice) => NoticeView.parse(notice))
/** The sessions that are told of, by whom it is asked. */
const about = async (session: CurrentSession = phone.session, now = NOON) =>
  (await told(session, now)).map(({ session }) => session?.id)

describe('a notice', () => {
  test('tells of a sign-in: the device, from where, how, and who approved', async () => {
    const desktop = await letIn(phone)
    expect(await told()).toEqual([
      {
        id: expect.any(String),
        type: 'session_created',
        at: NOON.toISOString(),
        session: {
          id: desktop.session.id,
          device: { name: null, ...DESKTOP.agent },
          address: DESKTOP.address,
          place: null,
          method: 'qr',
          approvedBy: { name: null, ...PHONE.agent },
          live: true,
        },
      },
    ])
  })

  test('is not shown to the session that it is about, nor to another one on that device', async () => {
    expect(await about()).toEqual([])
    const desktop = await letIn(phone)
    expect(await about(proven(desktop).session)).toEqual([phone.session.id])
    const again = { ...proven(desktop).session, id: 'A'.repeat(22) }
    expect(await about(again)).toEqual([phone.session.id])
  })

  test('is shown to no session on probation, until its person gives the password', async () => {
    const desktop = await letIn(phone)
    const { session } = desktop
    expect(session.probationEndsAt).toEqual(later(DAY))
    expect(await about(session)).toEqual([])
    expect(await about(session, later(DAY))).toEqual([phone.session.id])
    expect(await about(proven(desktop).session)).toEqual([phone.session.id])
  })

  test('is the account’s own', async () => {
    await letIn(phone)
    const stranger = await makePhone((await makeUser()).id)
    expect(await about(stranger.session)).toEqual([])
    const [{ id } = { id: '' }] = await told()
    expect(await refused(dismissNotice(stranger.session, id, NOON))).toBe('not_found')
    expect(await about()).toHaveLength(1)
  })

  test('is shown for as long as it can be reported, and not once it was', async () => {
    const desktop = await letIn(phone)
    expect(await about(phone.session, later(7 * DAY - 1))).toHaveLength(1)
    expect(await about(phone.session, later(7 * DAY))).toHaveLength(0)
    await reportAsOwner(phone.session, desktop.session.id, PHONE, NOON)
    expect(await about()).toEqual([])
  })

  test('is not shown of what ended together with a reported one', async () => {
    const desktop = await letIn(phone)
    await letIn(proven(desktop))
    expect(await about()).toHaveLength(2)
    expect(await reportAsOwner(phone.session, desktop.session.id, PHONE, NOON)).toBe(2)
    expect(await about()).toEqual([])
  })

  test('of a new password is shown to those who sign in afterwards', async () => {
    await db().write((tx) =>
      notify(tx, { userId: phone.session.userId, type: 'password_changed' }, later(60)),
    )
    expect(await told(phone.session, later(61))).toEqual([])
    const after = await makePhone(phone.session.userId, later(120))
    const [first, second] = await told(after.session, later(120))
    expect(first).toMatchObject({ type: 'password_changed', session: null })
    expect(second).toMatchObject({ type: 'session_created', session: { id: phone.session.id } })
  })

  test('that is for a mail alone is never shown', async () => {
    const { userId } = phone.session
    await db().write(async (tx) => {
      await notify(tx, { userId, type: 'reset_password' }, NOON)
      await notify(tx, { userId, type: 'confirm_email' }, NOON)
    })
    const after = await makePhone(userId, later(1))
    expect(await about(after.session, later(1))).toEqual([phone.session.id])
  })
})

describe('"It was me"', () => {
  test('takes the notice away for every session, and may be said twice', async () => {
    await letIn(phone)
    const other = await makePhone(phone.session.userId)
    const [notice] = (await told()).filter(({ session }) => session?.method === 'qr')
    await dismissNotice(phone.session, notice!.id, NOON)
    await dismissNotice(phone.session, notice!.id, NOON)
    expect(await about()).toEqual([other.session.id])
    expect(await about(other.session)).toEqual([phone.session.id])
  })

  test('leaves the link in the mail good', async () => {
    await letIn(phone)
    const [notice] = await told()
    await dismissNotice(phone.session, notice!.id, NOON)
    const row = await db().read((client) => client.notice.findUnique({ where: { id: notice!.id } }))
    expect(row!.linkHash).not.toBeNull()
  })

  test('is not said of one’s own sign-in', async () => {
    const desktop = await letIn(phone)
    const [own] = await told()
    expect(await refused(dismissNotice(proven(desktop).session, own!.id, NOON))).toBe('not_found')
  })

  test('takes the password in a session made by QR', async () => {
    await givePassword(phone.session.userId)
    const desktop = await letIn(phone)
    const [notice] = await told(proven(desktop).session)
    await reauthenticate(desktop.session, PASSWORD, NOON, null)
    const session = await sessionOf(desktop.token, desktop.device)
    expect(session.probationEndsAt).toBeNull()
    await dismissNotice(strongSession({ ...desktop, session }), notice!.id, NOON)
    expect(await told(session)).toEqual([])
  })

  test('is not said by a session that was ended a moment ago', async () => {
    await letIn(phone)
    const [notice] = await told()
    await db().write((tx) => tx.session.update({ where: { id: phone.session.id }, data: { endedAt: NOON } }))
    expect(await refused(dismissNotice(phone.session, notice!.id, NOON))).toBe('sign_in_required')
  })
})
