import { beforeEach, describe, expect, test } from 'vitest'
import { db } from '../db'
import { endSessions, only } from '../sessions/end'
import {
  codeOf,
  DESKTOP,
  later,
  letIn,
  locked,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndConfirm,
  openAndScan,
  PHONE,
  sessionOf,
  type SignedInDevice,
  type StrongDevice,
} from '../testing/people'
import { auditOf, refused, rowOf } from '../testing/outcomes'
import { newId, newSecret } from '../tokens'
import { consume } from './consume'
import { endAsDesktop, MAX_OPEN, readAsDesktop } from './desktop'
import { confirm, decline } from './confirm'
import { checkCode, scan } from './scan'
import { requests } from './requests'
import { statusAt } from './state'
import { makeTicket } from './ticket'

let phone: StrongDevice
let stranger: StrongDevice

beforeEach(async () => {
  phone = await makePhone((await makeUser()).id)
  stranger = await makePhone((await makeUser('Mallory')).id)
})

const scanBy = (device: SignedInDevice, request: { id: string; createdAt: Date }, now = NOON) =>
  scan({ code: codeOf(request, now) }, device.session, undefined, PHONE, now)
const approve = (id: string, scanToken: string, by = phone, now = NOON) =>
  confirm(id, { scanToken, stay: '12h', kind: 'derived' }, by.session, PHONE, now)

test('the whole way leaves one session and a complete audit trail', async () => {
  const { id, secret } = await openAndConfirm(phone, NOON, 'derived', '30d')
  const signedIn = await consume(id, secret, undefined, DESKTOP, NOON)
  const desktop = await sessionOf(signedIn.token, signedIn.deviceToken)
  expect(desktop).toMatchObject({ method: 'qr', kind: 'derived', parentId: phone.session.id })
  expect(desktop.device).toMatchObject({ kind: 'desktop', browser: 'Chrome', system: 'Windows' })
  expect(desktop.expiresAt).toEqual(phone.session.expiresAt)
  expect(await auditOf(id)).toEqual([
    'login_opened',
    'login_scanned',
    'login_confirmed derived',
    'session_created qr',
  ])
})

test('nothing that is stored can be presented', async () => {
  const { id, secret, userCode, scanToken } = await openAndScan(phone)
  const row = JSON.stringify(await rowOf(id))
  for (const value of [secret, userCode, userCode.replace('-', ''), scanToken])
    expect(row).not.toContain(value)
})

describe('open', () => {
  test('a sixth request of one browser supersedes the oldest', async () => {
    const held = new Map<string, string>()
    const ids: string[] = []
    for (let i = 0; i < MAX_OPEN; i++) {
      const opened = await open(later(i), held)
      held.set(opened.id, opened.secret)
      ids.push(opened.id)
    }
    const sixth = await open(later(10), held)
    // Its own tab may still ask what became of it.
    expect(sixth.over).toEqual([])
    const later6 = await open(later(400), held)
    expect(later6.over).toEqual(ids)
    expect(await rowOf(ids[0]!)).toMatchObject({ state: 'rejected', reason: 'superseded' })
    expect(await rowOf(ids[1]!)).toMatchObject({ state: 'new' })
  })

  test('a planted cookie is neither adopted nor able to supersede', async () => {
    const victim = await open()
    const opened = await open(NOON, new Map([[victim.id, 'planted'.padEnd(43, 'A')]]))
    expect(opened.secret).not.toContain('planted')
    expect(opened.over).toEqual([victim.id])
    expect(await rowOf(victim.id)).toMatchObject({ state: 'new' })
  })
})

describe('secrets that are worth nothing any more', () => {
  const stale = (count: number) => new Map(Array.from({ length: count }, () => [newId(), newSecret()]))

  test('are taken away ten at a time, the oldest first', async () => {
    const held = stale(45)
    const { id, secret } = await open(later(1))
    held.set(id, secret)
    for (const left of [35, 25, 15, 5, 0, 0]) {
      const oldest = [...held.keys()].filter((one) => one !== id).slice(0, 10)
      const { over } = await open(later(2), held)
      expect(over).toEqual(oldest)
      for (const one of over) held.delete(one)
      expect(held.size).toBe(left + 1)
    }
  })
})

describe('read', () => {
  test('a stranger’s request and a wrong secret answer alike', async () => {
    const { id } = await open()
    const { secret } = await open()
    expect(await refused(readAsDesktop(id, undefined))).toBe('not_found')
    expect(await refused(readAsDesktop(id, secret))).toBe('not_found')
  })

  test('a request that is not there, for whoever holds a secret of it: gone, or forgotten by its store', async () => {
    const { secret } = await open()
    const reading = readAsDesktop('AAAAAAAAAAAAAAAAAAAAAA', secret)
    if (requests().mayForget) expect(statusAt(await reading, NOON)).toBe('expired')
    else expect(await refused(reading)).toBe('not_found')
  })
})

describe('scan', () => {
  test('extends the request to at least two minutes and never shortens it', async () => {
    const early = await open()
    const late = await open()
    await scanBy(phone, early.request)
    await scanBy(phone, late.request, later(290))
    expect((await rowOf(early.id)).expiresAt).toEqual(later(300))
    expect((await rowOf(late.id)).expiresAt).toEqual(later(290 + 120))
  })

  test('an old photograph, a missing request and a forged code answer alike', async () => {
    const { request, id } = await open()
    const photograph = codeOf(request)
    expect(await refused(scan({ code: photograph }, phone.session, undefined, PHONE, later(60)))).toBe(
      'expired',
    )
    expect(await refused(scan({ code: `${id}.AAAAAAAAAAA` }, phone.session, undefined, PHONE, NOON))).toBe(
      'expired',
    )
    const missing = `AAAAAAAAAAAAAAAAAAAAAA.${photograph.split('.')[1]}`
    expect(await refused(scan({ code: missing }, phone.session, undefined, PHONE, NOON))).toBe('expired')
    expect(await rowOf(id)).toMatchObject({ state: 'new', revision: 1 })
  })

  test('another account is told that it came second', async () => {
    const { request } = await openAndScan(phone)
    expect(await refused(scanBy(stranger, request))).toBe('already_scanned scanned')
  })

  test('the claiming session may scan again: the old scan token is dead, the time is not extended', async () => {
    const { id, scanToken } = await openAndScan(phone)
    const before = await rowOf(id)
    const again = await scan({ id }, phone.session, undefined, PHONE, later(100))
    expect(again.request.expiresAt).toEqual(before.expiresAt)
    expect(await refused(approve(id, scanToken))).toBe('wrong_state scanned')
    await approve(id, again.scanToken)
    expect((await rowOf(id)).state).toBe('confirmed')
  })

  test('the id alone opens nothing to somebody without a ticket', async () => {
    const { id } = await open()
    expect(await refused(scan({ id }, phone.session, undefined, PHONE, NOON))).toBe('not_found')
    const other = makeTicket('AAAAAAAAAAAAAAAAAAAAAA', later(300))
    expect(await refused(scan({ id }, phone.session, other, PHONE, NOON))).toBe('not_found')
  })

  test('a ticket outlives the code, and claims nothing by itself', async () => {
    const { id, request } = await open()
    await checkCode(codeOf(request), NOON)
    expect(await rowOf(id)).toEqual(request)
    const ticket = makeTicket(id, request.expiresAt)
    const scanned = await scan({ id }, phone.session, ticket, PHONE, later(200))
    expect(scanned.request.state).toBe('scanned')
  })

  test('a user code works in any case, for signed-in sessions, once', async () => {
    const { userCode, id } = await open()
    const typed = userCode.toLowerCase().replace('-', ' ')
    const { request } = await scan({ userCode: typed }, phone.session, undefined, PHONE, NOON)
    expect(request.id).toBe(id)
    expect(await refused(scan({ userCode }, stranger.session, undefined, PHONE, NOON))).toBe(
      'already_scanned scanned',
    )
    expect(await refused(scan({ userCode: 'BBBB-BBBB' }, phone.session, undefined, PHONE, NOON))).toBe(
      'not_found',
    )
  })

  test('tells what became of the code', async () => {
    const withdrawn = await open()
    await endAsDesktop(withdrawn.id, withdrawn.secret, 'withdrawn', DESKTOP, NOON)
    expect(await refused(scanBy(phone, withdrawn.request))).toBe('wrong_state withdrawn rejected')
    const used = await openAndConfirm(phone)
    await consume(used.id, used.secret, undefined, DESKTOP, NOON)
    expect(await refused(scanBy(stranger, used.request))).toBe('already_used consumed')
    const approved = await openAndConfirm(phone)
    expect(await refused(scan({ id: approved.id }, phone.session, undefined, PHONE, NOON))).toBe(
      'wrong_state confirmed',
    )
  })
})

describe('confirm and decline', () => {
  test('are for the session that scanned, with its scan token', async () => {
    const { id, scanToken } = await openAndScan(phone)
    const sibling = await makePhone(phone.session.userId)
    expect(await refused(approve(id, scanToken, stranger))).toBe('not_found')
    expect(await refused(approve(id, scanToken, sibling))).toBe('not_found')
    expect(await refused(decline(id, scanToken, stranger.session, PHONE, NOON))).toBe('not_found')
    expect(await refused(approve(id, 'A'.repeat(43)))).toBe('wrong_state scanned')
    expect((await rowOf(id)).state).toBe('scanned')
  })

  test('a scan token approves once, and then only takes that back', async () => {
    const { id, scanToken } = await openAndScan(phone)
    await approve(id, scanToken)
    expect(await refused(approve(id, scanToken))).toBe('wrong_state confirmed')
    expect(await decline(id, scanToken, phone.session, PHONE, NOON)).toBe('declined')
    expect(await refused(decline(id, scanToken, phone.session, PHONE, NOON))).toBe(
      'wrong_state declined rejected',
    )
  })

  test('the approval can be taken back until it is used', async () => {
    const { id, scanToken, secret } = await openAndConfirm(phone)
    expect(await decline(id, scanToken, phone.session, PHONE, NOON)).toBe('declined')
    expect(await refused(consume(id, secret, undefined, DESKTOP, NOON))).toBe('wrong_state declined rejected')
  })

  test('come too late when the time is over', async () => {
    const { id, scanToken } = await openAndScan(phone)
    expect(await refused(approve(id, scanToken, phone, later(300)))).toBe('expired expired')
    expect(await refused(decline(id, scanToken, phone.session, PHONE, later(300)))).toBe('expired expired')
  })
})

describe('consume', () => {
  test('needs the desktop secret, and the state', async () => {
    const { id, secret } = await openAndScan(phone)
    expect(await refused(consume(id, undefined, undefined, DESKTOP, NOON))).toBe('not_found')
    expect(await refused(consume(id, 'A'.repeat(43), undefined, DESKTOP, NOON))).toBe('not_found')
    expect(await refused(consume(id, secret, undefined, DESKTOP, NOON))).toBe('wrong_state scanned')
  })

  test('that comes too early changes nothing', async () => {
    const fresh = await open()
    expect(await refused(consume(fresh.id, fresh.secret, undefined, DESKTOP, NOON))).toBe('wrong_state new')
    const scanned = await openAndScan(phone)
    const before = await rowOf(scanned.id)
    expect(await refused(consume(scanned.id, scanned.secret, undefined, DESKTOP, NOON))).toBe(
      'wrong_state scanned',
    )
    expect(await rowOf(scanned.id)).toEqual(before)
  })

  test('comes too late a minute after the approval', async () => {
    const { id, secret } = await openAndConfirm(phone)
    expect(await refused(consume(id, secret, undefined, DESKTOP, later(60)))).toBe('expired expired')
    expect(statusAt(await rowOf(id), later(60))).toBe('expired')
  })

  test('repeated within 30 s and before the first use, gives the same session', async () => {
    const { id, secret } = await openAndConfirm(phone)
    const first = await consume(id, secret, undefined, DESKTOP, NOON)
    const second = await consume(id, secret, undefined, DESKTOP, later(29))
    expect(second).toEqual(first)
    expect(await refused(consume(id, secret, undefined, DESKTOP, later(30)))).toBe('already_used consumed')
    await sessionOf(first.token, first.deviceToken, later(10))
    expect(await refused(consume(id, secret, undefined, DESKTOP, later(11)))).toBe('already_used consumed')
    const sessions = await db().read((client) => client.session.count({ where: { loginRequestId: id } }))
    expect(sessions).toBe(1)
  })

  test('is refused when the approving session has ended or expired', async () => {
    const ended = await openAndConfirm(phone)
    const old = await openAndConfirm(phone, later(-61))
    await db().move(async (tx) =>
      endSessions(await locked(tx, phone.session.userId), only(phone.session.id), 'revoked', NOON),
    )
    expect(await rowOf(old.id)).toMatchObject({ state: 'confirmed', reason: null })
    expect(await refused(consume(ended.id, ended.secret, undefined, DESKTOP, NOON))).toBe(
      'wrong_state session_ended rejected',
    )
    const short = await makePhone(stranger.session.userId, NOON, 40)
    const expired = await openAndConfirm(short)
    expect(await refused(consume(expired.id, expired.secret, undefined, DESKTOP, later(50)))).toBe(
      'wrong_state session_ended rejected',
    )
  })

  test('is refused when the account has been disabled', async () => {
    const { id, secret } = await openAndConfirm(phone)
    await db().write((tx) =>
      tx.user.update({ where: { id: phone.session.userId }, data: { disabledAt: NOON } }),
    )
    expect(await refused(consume(id, secret, undefined, DESKTOP, NOON))).toContain('session_ended')
  })

  test('keeps a device that is this user’s and replaces another’s', async () => {
    const desktop = await letIn(phone)
    const again = await openAndConfirm(phone)
    const same = await consume(again.id, again.secret, desktop.device, DESKTOP, NOON)
    expect(same.deviceToken).toBe(desktop.device)
    const other = await openAndConfirm(stranger)
    const replaced = await consume(other.id, other.secret, desktop.device, DESKTOP, NOON)
    expect(replaced.deviceToken).not.toBe(desktop.device)
  })

  test('an independent session lives as long as was chosen, a derived one no longer than its parent', async () => {
    const independent = await letIn(phone, NOON, 'independent')
    expect(independent.session.expiresAt).toEqual(later(12 * 3600))
    const short = await makePhone(phone.session.userId, NOON, 3600)
    const derived = await letIn(short)
    expect(derived.session.expiresAt).toEqual(later(3600))
  })
})

describe('the desktop', () => {
  test('withdraws at any time and says "not me" after a scan', async () => {
    const fresh = await open()
    expect(await refused(endAsDesktop(fresh.id, fresh.secret, 'not_me', DESKTOP, NOON))).toBe(
      'wrong_state new',
    )
    expect(await endAsDesktop(fresh.id, fresh.secret, 'withdrawn', DESKTOP, NOON)).toBe('withdrawn')
    const scanned = await openAndScan(phone)
    expect(await endAsDesktop(scanned.id, scanned.secret, 'not_me', DESKTOP, NOON)).toBe('not_me')
    expect(await refused(approve(scanned.id, scanned.scanToken))).toBe('wrong_state not_me rejected')
    expect(await auditOf(scanned.id)).toContain('login_rejected not_me')
  })

  test('can’t end another desktop’s request', async () => {
    const { id } = await open()
    const { secret } = await open()
    expect(await refused(endAsDesktop(id, secret, 'withdrawn', DESKTOP, NOON))).toBe('not_found')
  })
})
