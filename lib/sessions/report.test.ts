import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { log } from '../log'
import { scan } from '../login/scan'
import { linkSecret } from '../notify/notice'
import { refused } from '../testing/outcomes'
import {
  codeOf,
  DESKTOP,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  open,
  PHONE,
  proven,
  type SignedInDevice,
  STRANGE,
  type StrongDevice,
} from '../testing/people'
import { joinToken } from '../tokens'
import { signOut } from './end'
import { reportAsOwner, reportByLink } from './report'

const DAY = 86_400

let phone: StrongDevice
let desktop: SignedInDevice

beforeEach(async () => {
  phone = await makePhone((await makeUser()).id, NOON, 60 * DAY)
  desktop = await letIn(phone, NOON, 'derived', '30d', { caller: STRANGE })
})

const noticeOf = (sessionId: string) =>
  db().read((client) => client.notice.findFirstOrThrow({ where: { sessionId, type: 'session_created' } }))

async function linkOf({ session }: SignedInDevice): Promise<string> {
  const { id } = await noticeOf(session.id)
  return joinToken(id, linkSecret(id))
}

const sessionRow = (id: string) => db().read((client) => client.session.findUniqueOrThrow({ where: { id } }))

/** What `phone` hears when it scans a desktop. */
const scanned = async (place: Parameters<typeof open>[2], now = NOON, by = phone) => {
  const { request } = await open(now, undefined, place)
  return scan({ code: codeOf(request, now) }, by.session, undefined, PHONE, now).then(
    () => 'scanned',
    (error: { code: string }) => error.code,
  )
}

describe('a report by link', () => {
  test('ends that session and nothing more', async () => {
    const other = await makePhone(phone.session.userId)
    expect(await reportByLink(await linkOf(desktop), PHONE, later(60))).toBe(1)
    expect(await sessionRow(desktop.session.id)).toMatchObject({ endReason: 'reported', endedAt: later(60) })
    for (const { session } of [phone, other]) expect((await sessionRow(session.id)).endedAt).toBeNull()
  })

  test('of a phone ends what it let in as well', async () => {
    expect(await reportByLink(await linkOf(phone), PHONE, NOON)).toBe(2)
    expect((await sessionRow(desktop.session.id)).endReason).toBe('reported')
  })

  test('is good once, also when it comes twice at the same time', async () => {
    const link = await linkOf(desktop)
    const both = await Promise.allSettled([reportByLink(link, PHONE, NOON), reportByLink(link, PHONE, NOON)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await refused(reportByLink(link, PHONE, NOON))).toBe('not_found')
  })

  test('is good for seven days', async () => {
    const link = await linkOf(desktop)
    expect(await refused(reportByLink(link, PHONE, later(7 * DAY)))).toBe('not_found')
    expect(await reportByLink(link, PHONE, later(7 * DAY - 1))).toBe(1)
  })

  test('with half of a link, or with that of another notice, does nothing', async () => {
    const [id] = (await linkOf(desktop)).split('.') as [string]
    const [, others] = (await linkOf(phone)).split('.') as [string, string]
    for (const token of ['', id, `${id}.${'A'.repeat(43)}`, `${id}.${others}`])
      expect(await refused(reportByLink(token, PHONE, NOON))).toBe('not_found')
    expect((await sessionRow(desktop.session.id)).endedAt).toBeNull()
  })

  test('of a session that has ended still blocks its desktop', async () => {
    const link = await linkOf(desktop)
    await db().write((tx) =>
      tx.session.update({
        where: { id: desktop.session.id },
        data: { endedAt: NOON, endReason: 'signed_out' },
      }),
    )
    expect(await reportByLink(link, PHONE, later(1))).toBe(0)
    expect(await scanned({ caller: STRANGE, device: desktop.device }, later(2))).toBe('blocked')
  })

  test('is in the audit trail, and told to the operator', async () => {
    const warn = vi.spyOn(log(), 'warn')
    await reportByLink(await linkOf(desktop), PHONE, NOON)
    const where = { sessionId: desktop.session.id, type: 'session_reported' }
    const event = await db().read((client) => client.auditEvent.findFirst({ where }))
    expect(event).toMatchObject({ userId: phone.session.userId, deviceBrowser: STRANGE.agent.browser })
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ event: 'session_reported' })
  })
})

describe('a report by the account’s owner', () => {
  const report = (by: StrongDevice, id: string, now = NOON) => reportAsOwner(by.session, id, PHONE, now)

  test('takes the link of the mail with it', async () => {
    const link = await linkOf(desktop)
    expect(await report(phone, desktop.session.id)).toBe(1)
    expect(await refused(reportByLink(link, PHONE, NOON))).toBe('not_found')
  })

  test('is refused of strangers’ sessions, of one’s own, of the same twice, and after seven days', async () => {
    const stranger = await makePhone((await makeUser('Mallory')).id)
    expect(await refused(report(stranger, desktop.session.id))).toBe('not_found')
    expect(await refused(report(phone, phone.session.id))).toBe('not_found')
    expect(await refused(report(phone, desktop.session.id, later(7 * DAY)))).toBe('not_found')
    await report(phone, desktop.session.id)
    expect(await refused(report(phone, desktop.session.id))).toBe('not_found')
  })
})

describe('a reported desktop', () => {
  const reportIt = async (now = NOON) => reportByLink(await linkOf(desktop), PHONE, now)

  test('can’t ask that account for 30 days, by its cookie from wherever', async () => {
    await reportIt()
    const elsewhere = { caller: DESKTOP, device: desktop.device }
    expect(await scanned(elsewhere)).toBe('blocked')
    expect(await scanned(elsewhere, later(30 * DAY - 1))).toBe('blocked')
    expect(await scanned(elsewhere, later(30 * DAY))).toBe('scanned')
  })

  test('can’t ask it from where it was without its cookie either', async () => {
    await reportIt()
    expect(await scanned({ caller: STRANGE })).toBe('blocked')
    expect(await scanned({ caller: { ...STRANGE, address: '203.0.113.99' } })).toBe('scanned')
    const { agent } = STRANGE
    expect(await scanned({ caller: { ...STRANGE, agent: { ...agent, browser: 'Opera' } } })).toBe('scanned')
  })

  test('is none of the account’s own beside it', async () => {
    const own = await makePhone(phone.session.userId)
    await reportIt()
    expect(await scanned({ caller: STRANGE, device: own.device })).toBe('scanned')
  })

  test('can still ask others', async () => {
    const stranger = await makePhone((await makeUser('Grace')).id)
    await reportIt()
    expect(await scanned({ caller: STRANGE, device: desktop.device }, NOON, stranger)).toBe('scanned')
  })

  test('with half of its cookie is another one', async () => {
    await reportIt()
    const [id] = desktop.device.split('.')
    const forged = { caller: DESKTOP, device: `${id}.${'A'.repeat(43)}` }
    expect(await scanned(forged)).toBe('scanned')
  })
})

describe('what came out of a reported session', () => {
  /** A thief's own session, and what it let in: one that hangs on it, and one that does not. */
  async function thief() {
    const stolen = await makePhone(phone.session.userId)
    const derived = await letIn(stolen, NOON, 'derived', '12h', { caller: DESKTOP })
    const independent = await letIn(stolen, NOON, 'independent', '12h', { caller: DESKTOP })
    return { stolen, derived, independent }
  }
  const isLive = async ({ session }: SignedInDevice) => (await sessionRow(session.id)).endedAt === null

  test('ends with it, whether it hangs on it or not', async () => {
    const { stolen, derived, independent } = await thief()
    expect(await reportByLink(await linkOf(stolen), PHONE, NOON)).toBe(3)
    for (const one of [stolen, derived, independent]) expect(await isLive(one)).toBe(false)
    for (const one of [phone, desktop]) expect(await isLive(one)).toBe(true)
  })

  test('ends where the reported one was over already', async () => {
    const { stolen, independent } = await thief()
    await signOut(stolen.session, NOON, null)
    expect(await isLive(independent)).toBe(true)
    expect(await reportAsOwner(phone.session, stolen.session.id, PHONE, NOON)).toBe(1)
    expect(await isLive(independent)).toBe(false)
  })

  test('is blocked as well', async () => {
    const { stolen, independent } = await thief()
    await reportByLink(await linkOf(stolen), PHONE, NOON)
    const elsewhere = { ...STRANGE, address: '203.0.113.77' }
    expect(await scanned({ caller: elsewhere, device: independent.device })).toBe('blocked')
  })

  test('is spared where the reporter came out of it', async () => {
    const own = proven(desktop).session
    expect(await reportAsOwner(own, phone.session.id, PHONE, NOON)).toBe(1)
    expect(await isLive(phone)).toBe(false)
    expect(await sessionRow(own.id)).toMatchObject({ endedAt: null, kind: 'independent' })
    expect(await scanned({ caller: STRANGE, device: desktop.device })).not.toBe('blocked')
  })
})

describe('by its address', () => {
  test('a reported desktop is the same in all of its IPv6 network, and in no other', async () => {
    const at = (address: string) => ({ caller: { ...STRANGE, address } })
    const theirs = await letIn(phone, NOON, 'derived', '12h', at('2001:db8:1:2::5'))
    await reportByLink(await linkOf(theirs), PHONE, NOON)
    expect(await scanned(at('2001:db8:1:2:ffff::1'))).toBe('blocked')
    expect(await scanned(at('2001:db8:1:3::5'))).toBe('scanned')
  })
})
