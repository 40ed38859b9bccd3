import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ACTIVITY_TYPES, exportActivity, listActivity } from './activity'
import { audit, type AuditEntry } from './audit'
import { db } from './db'
import { settings } from './env'
import { decline } from './login/confirm'
import { reportAsOwner } from './sessions/report'
import { renameDevice } from './sessions/list'
import {
  DESKTOP,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  openAndScan,
  PHONE,
  pickWrong,
  proven,
  type StrongDevice,
} from './testing/people'
import { ACTIVITIES, ActivityExport, ActivityPage, type Activity } from './wire'

const WEEK = 7 * 86_400
let phone: StrongDevice

beforeEach(async () => {
  phone = await makePhone((await makeUser()).id)
})

const list = async (range: { of?: Activity; before?: number; limit?: number } = {}, now = NOON) =>
  ActivityPage.parse(await listActivity(phone.session, { limit: 50, ...range }, now))
const types = async (of?: Activity) => (await list({ of })).entries.map(({ type }) => type)

async function note(entries: Partial<AuditEntry>[], userId = phone.session.userId, at = NOON) {
  await db().move(async (tx) => {
    for (const entry of entries) await audit(tx, at, { type: 'profile_changed', userId, ...entry })
  })
}

describe('the log', () => {
  test('tells who was let in, by which device, and from where', async () => {
    await renameDevice(phone.session, phone.session.id, 'My phone', NOON, PHONE.address)
    await letIn(phone)
    const { entries, next } = await list()
    expect(next).toBeNull()
    const chrome = { name: null, ...DESKTOP.agent }
    const mine = { name: 'My phone', ...PHONE.agent }
    expect(entries).toMatchObject([
      { type: 'session_created', detail: 'qr', device: chrome, by: null, address: DESKTOP.address },
      { type: 'login_confirmed', detail: 'derived', device: chrome, by: mine, address: PHONE.address },
      { type: 'login_scanned', device: chrome, by: mine, address: PHONE.address },
      { type: 'device_renamed', device: mine, by: null, address: PHONE.address },
      // Not by the name that it was given since.
      { type: 'session_created', detail: 'password', device: PHONE.agent, address: PHONE.address },
    ])
  })

  test('tells what was stopped, and why', async () => {
    vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue('adaptive')
    await pickWrong(phone)
    const { id, scanToken } = await openAndScan(phone)
    await decline(id, scanToken, phone.session, PHONE, NOON, true)
    expect((await list({ of: 'approvals' })).entries).toMatchObject([
      { type: 'login_reported', by: PHONE.agent },
      { type: 'login_rejected', detail: 'declined', by: PHONE.agent },
      { type: 'login_scanned' },
      { type: 'login_rejected', detail: 'wrong_number', by: PHONE.agent },
      { type: 'login_scanned' },
    ])
  })

  test('is the reader’s own', async () => {
    const stranger = await makePhone((await makeUser()).id)
    await note([{}, {}], stranger.session.userId)
    await note([{ userId: null, type: 'login_opened' }])
    expect(await types()).toEqual(['session_created'])
    const theirs = (await listActivity(stranger.session, { limit: 1 }, NOON)).entries[0]!
    expect((await list({ before: theirs.id })).entries).toEqual([])
  })

  test('names no stranger’s address where several had the code', async () => {
    await note([{ type: 'login_rejected', detail: 'relayed', address: '203.0.113.99' }])
    expect((await list()).entries[0]).toMatchObject({ detail: 'relayed', address: null, place: null })
  })

  test('shows what it knows of a session that is gone', async () => {
    const desktop = await letIn(phone)
    await db().write((tx) => tx.session.delete({ where: { id: desktop.session.id } }))
    expect((await list()).entries[0]).toMatchObject({
      type: 'session_created',
      device: { name: null, ...DESKTOP.agent },
      reportable: null,
    })
  })

  test('is split among its filters, and nothing is left out', async () => {
    await note(ACTIVITY_TYPES.map((type) => ({ type })))
    const parts = await Promise.all(ACTIVITIES.map(types))
    for (const part of parts) expect(part.length).toBeGreaterThan(3)
    expect(parts.flat().sort()).toEqual((await types()).sort())
    expect(new Set(parts.flat())).toEqual(new Set(ACTIVITY_TYPES))
  })
})

describe('pages', () => {
  test('follow one another without a gap or a repetition, also within one moment', async () => {
    await note(Array.from({ length: 24 }, (_, index) => ({ detail: String(index) })))
    const seen: number[] = []
    let before: number | undefined
    for (let pages = 0; pages < 4; pages++) {
      const { entries, next } = await list({ limit: 10, before })
      seen.push(...entries.map(({ id }) => id))
      before = next ?? undefined
      if (next === null) break
    }
    expect(seen).toHaveLength(25)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a))
  })

  test('end where they are full', async () => {
    await note(Array.from({ length: 9 }, () => ({})))
    expect(await list({ limit: 10 })).toMatchObject({ next: null, entries: { length: 10 } })
    expect((await list({ limit: 9 })).next).not.toBeNull()
  })

  test('go on behind an entry that is gone', async () => {
    const [newest] = (await list()).entries
    await db().write((tx) => tx.auditEvent.deleteMany({ where: { userId: phone.session.userId } }))
    expect(await list({ before: newest!.id })).toEqual({ entries: [], next: null })
  })
})

describe('"This wasn’t me"', () => {
  const reportable = async (session = phone.session, now = NOON) =>
    (await listActivity(session, { limit: 50 }, now)).entries.flatMap((one) => one.reportable ?? [])

  test('can be said of other sign-ins, and not of one’s own', async () => {
    const desktop = await letIn(phone)
    expect(await reportable()).toEqual([desktop.session.id])
    expect(await reportable(proven(desktop).session)).toEqual([phone.session.id])
  })

  test('can be said for seven days', async () => {
    const desktop = await letIn(phone)
    expect(await reportable(phone.session, later(WEEK - 1))).toEqual([desktop.session.id])
    expect(await reportable(phone.session, later(WEEK))).toEqual([])
  })

  test('is said once', async () => {
    const desktop = await letIn(phone)
    await reportAsOwner(phone.session, desktop.session.id, PHONE, NOON)
    expect(await reportable()).toEqual([])
    expect((await types()).slice(0, 2)).toEqual(['session_reported', 'session_ended'])
  })
})

describe('the export', () => {
  const written = async () => {
    const parts: string[] = []
    for await (const part of exportActivity(phone.session, NOON)) parts.push(part)
    return parts
  }

  test('holds all of the log and nobody else’s, newest first', async () => {
    await note(Array.from({ length: 1200 }, (_, index) => ({ detail: String(index) })))
    await note([{ detail: 'foreign' }], (await makeUser()).id)
    const parts = await written()
    expect(parts.length).toBeGreaterThan(3)
    const { account, exportedAt, entries } = ActivityExport.parse(JSON.parse(parts.join('')))
    expect([account, exportedAt]).toEqual([phone.session.user.email, NOON.toISOString()])
    expect(entries).toHaveLength(1201)
    expect(entries[0]!.detail).toBe('1199')
    expect(entries.at(-1)!.type).toBe('session_created')
    expect(parts.join('')).not.toContain('foreign')
  })

  test('is a document where nothing happened, too', async () => {
    await db().write((tx) => tx.auditEvent.deleteMany({ where: { userId: phone.session.userId } }))
    expect(ActivityExport.parse(JSON.parse((await written()).join(''))).entries).toEqual([])
  })

  test('is read a part at a time', async () => {
    await note(Array.from({ length: 1200 }, () => ({})))
    const queries = vi.spyOn(db(), 'query')
    const parts = exportActivity(phone.session, NOON)
    await parts.next()
    expect(queries).toHaveBeenCalledTimes(1)
    await parts.return(undefined)
    expect(queries).toHaveBeenCalledTimes(1)
  })
})
