/** What tells the risk of a scan, through the real moves and a real database. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { settings } from '../env'
import { resetPassword } from '../operator'
import { revokeOthers, signOut, revokeSession } from '../sessions/end'
import { auditOf, refused, rowOf, sessionsFrom } from '../testing/outcomes'
import {
  codeOf,
  DESKTOP,
  givePassword,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndScan,
  PASSWORD,
  PHONE,
  pickWrong,
  proven,
  STRANGE,
  type StrongDevice,
} from '../testing/people'
import {
  approveBy,
  asks,
  HIGH,
  knownTo,
  MEDIUM,
  raiseRisk,
  right,
  setPolicy,
  strange,
  typeCode,
  type Place,
} from '../testing/proofs'
import { splitToken } from '../tokens'
import { changePassword, signInWithPassword } from '../users'
import { endAsDesktop } from './desktop'
import { decline } from './confirm'
import { scan } from './scan'

const DAY = 86_400
const LOW = 'low'
const NEAR = 'low number'

let phone: StrongDevice
let stranger: StrongDevice

beforeEach(async () => {
  setPolicy('adaptive')
  phone = await makePhone((await makeUser()).id, NOON, 30 * DAY)
  stranger = await makePhone((await makeUser('Mallory')).id, NOON, 30 * DAY)
})

/** What a scan by `phone` leads to. */
const asked = async (place: Place = strange, now = NOON, by = phone) =>
  asks((await openAndScan(by, now, place)).request)

describe('the risk of a scan', () => {
  test('is medium where the desktop is neither known nor near', async () => {
    expect(await asked()).toBe(MEDIUM)
  })

  test('is low in a network that the operator trusts, and only there', async () => {
    const at = (address: string | null): Place => ({ caller: { ...DESKTOP, address } as Caller })
    expect(await asked(at('198.51.100.1'))).toBe(NEAR)
    expect(await asked(at('198.51.101.1'))).toBe(MEDIUM)
    expect(await asked(at(null))).toBe(MEDIUM)
    vi.spyOn(settings(), 'trustedNetworks', 'get').mockReturnValue(['2001:db8::/32', '192.0.2.0/24'])
    expect(await asked(at('198.51.100.1'))).toBe(MEDIUM)
    expect(await asked(at('2001:db8::7'))).toBe(NEAR)
    vi.spyOn(settings(), 'trustedNetworks', 'get').mockReturnValue([])
    expect(await asked(at('198.51.100.1'))).toBe(MEDIUM)
  })

  test('is that of the desktop’s network, not of the phone’s', async () => {
    const { request } = await open(NOON, undefined, strange)
    const nearPhone = { ...PHONE, address: DESKTOP.address, bucket: DESKTOP.bucket }
    const scanned = await scan({ code: codeOf(request) }, phone.session, undefined, nearPhone, NOON)
    expect(asks(scanned.request)).toBe(MEDIUM)
  })

  test('is never low where the code was typed by hand', async () => {
    const laptop = await makePhone(phone.session.userId)
    const { userCode } = await open(NOON, undefined, { device: laptop.device })
    const { request } = await scan({ userCode }, phone.session, undefined, PHONE, NOON)
    expect(asks(request)).toBe(MEDIUM)
  })

  test('is never low in a session that went on for more than 14 days without a password', async () => {
    const ends = later(14 * DAY)
    const afterwards = later(14 * DAY + 1)
    expect(await asked({}, ends)).toBe(NEAR)
    expect(await asked({}, afterwards)).toBe(MEDIUM)
    expect(await asked({}, afterwards, proven(phone, ends))).toBe(NEAR)
  })

  test('is not low for a day after a wrong number, and high after a second one', async () => {
    await pickWrong(phone)
    expect(await asked({})).toBe(MEDIUM)
    expect(await asked(strange, later(DAY - 1))).toBe(MEDIUM)
    await pickWrong(phone, later(60))
    expect(await asked({}, later(60))).toBe(HIGH)
    expect(await asked({}, later(DAY - 1))).toBe(HIGH)
    // The first is a day old now, and then the second.
    expect(await asked({}, later(DAY))).toBe(MEDIUM)
    expect(await asked({}, later(DAY + 60))).toBe(NEAR)
  })

  test('is raised by the account’s own wrong numbers, in whichever session, and by nobody else’s', async () => {
    const other = await makePhone(phone.session.userId)
    await pickWrong(phone)
    await pickWrong(other)
    expect(await asked({})).toBe(HIGH)
    expect(await asked({}, NOON, await makePhone(phone.session.userId))).toBe(HIGH)
    expect(await asked({}, NOON, stranger)).toBe(NEAR)
  })

  test('is raised by no other end of a request', async () => {
    for (let times = 0; times < 3; times++) {
      const declined = await openAndScan(phone, NOON, strange)
      await decline(declined.id, declined.scanToken, phone.session, PHONE, NOON)
      const refusedThere = await openAndScan(phone, NOON, strange)
      await endAsDesktop(refusedThere.id, refusedThere.secret, 'not_me', STRANGE, NOON)
    }
    expect(await asked({})).toBe(NEAR)
  })

  test('is high for seven days after a report', async () => {
    const { userId } = phone.session
    await db().move((tx) => audit(tx, NOON, { type: 'session_reported', userId }))
    expect(await asked({}, later(7 * DAY - 1))).toBe(HIGH)
    expect(await asked({}, later(7 * DAY))).toBe(NEAR)
    expect(await asked({}, NOON, stranger)).toBe(NEAR)
  })
})

describe('a browser is known', () => {
  const at = ({ device }: { device: string }): Place => ({ ...strange, device })

  test('after a password session in it, whether that still lives or not', async () => {
    const laptop = await makePhone(phone.session.userId)
    expect(await asked(at(laptop))).toBe(LOW)
    await signOut(laptop.session, later(1), null)
    expect(await asked(at(laptop), later(2))).toBe(LOW)
  })

  test('after a session made by QR has outlived its first day', async () => {
    const desktop = await letIn(phone, NOON, 'derived', '30d', strange)
    expect(await asked(at(desktop))).toBe(MEDIUM)
    expect(await asked(at(desktop), later(DAY - 1))).toBe(MEDIUM)
    expect(await asked(at(desktop), later(DAY))).toBe(LOW)
    await signOut(desktop.session, later(DAY + 1), null)
    expect(await asked(at(desktop), later(DAY + 2))).toBe(LOW)
  })

  test('but not where that session was ended within the day', async () => {
    const desktop = await letIn(phone, NOON, 'derived', '30d', strange)
    await signOut(desktop.session, later(DAY - 1), null)
    expect(await asked(at(desktop), later(DAY))).toBe(MEDIUM)
    expect(await asked(at(desktop), later(3 * DAY))).toBe(MEDIUM)
  })

  test('nor where it ran out by itself within the day', async () => {
    const desktop = await letIn(phone, NOON, 'derived', '12h', strange)
    expect(await asked(at(desktop), later(DAY + 1))).toBe(MEDIUM)
  })

  test('nor where it was ended from another device later on', async () => {
    const desktop = await letIn(phone, NOON, 'derived', '30d', strange)
    expect(await asked(at(desktop), later(DAY))).toBe(LOW)
    await revokeSession(phone.session, desktop.session.id, later(DAY), null)
    expect(await asked(at(desktop), later(DAY))).toBe(MEDIUM)
  })

  test('not to another account, and not by a forged cookie', async () => {
    const theirs = await makePhone(stranger.session.userId)
    const own = await makePhone(phone.session.userId)
    expect(await asked(at(theirs))).toBe(MEDIUM)
    expect(await asked(at(own), NOON, stranger)).toBe(MEDIUM)
    const { id, secret } = splitToken(own.device)!
    const stolenHalf = `${splitToken(theirs.device)!.id}.${secret}`
    for (const device of [`${id}.${'A'.repeat(43)}`, stolenHalf, id, 'x', ''])
      expect(await asked(at({ device }))).toBe(MEDIUM)
    expect(await asked(at(own))).toBe(LOW)
  })

  test('not any more once it is distrusted, until somebody signs in there anew', async () => {
    await givePassword(phone.session.userId)
    const laptop = await makePhone(phone.session.userId)
    const { deviceId } = laptop.session
    await db().write((tx) => tx.device.update({ where: { id: deviceId }, data: { distrustedAt: later(1) } }))
    expect(await asked(at(laptop), later(2))).toBe(MEDIUM)
    const attempt = { ...STRANGE, email: phone.session.user.email, password: PASSWORD }
    const again = await signInWithPassword({ ...attempt, deviceCookie: laptop.device }, later(3))
    expect(again.deviceToken).toBe(laptop.device)
    expect(await asked(at(laptop), later(4))).toBe(LOW)
  })

  test.each<[string, () => Promise<unknown>]>([
    [
      'after the password was changed',
      () =>
        changePassword(
          phone.session,
          { currentPassword: PASSWORD, newPassword: 'battery staple' },
          later(1),
          null,
        ),
    ],
    ['after all others were signed out', () => revokeOthers(phone.session, later(1), null)],
  ])('not any more %s, but for the one that did it', async (_, clearUp) => {
    await givePassword(phone.session.userId)
    const laptop = await makePhone(phone.session.userId)
    await clearUp()
    expect(await asked(at(laptop), later(2))).toBe(MEDIUM)
    expect(await asked(at(phone), later(2))).toBe(LOW)
    expect(await asked(at(stranger), later(2), stranger)).toBe(LOW)
  })

  test('not any more after the operator has reset the password', async () => {
    const laptop = await makePhone(phone.session.userId)
    await resetPassword(phone.session.user.email, 'set by operator', later(1))
    const newPhone = await makePhone(phone.session.userId, later(2))
    for (const device of [laptop, phone]) expect(await asked(at(device), later(3), newPhone)).toBe(MEDIUM)
    expect(await asked(at(newPhone), later(3), newPhone)).toBe(LOW)
  })
})

describe('the strict policy', () => {
  test('asks at a medium risk for all, and at a low one for no more than ever', async () => {
    setPolicy('strict')
    expect(await asked()).toBe(HIGH)
    expect(await asked({})).toBe(NEAR)
    expect(await asked(await knownTo(phone))).toBe(LOW)
    const { userCode } = await open()
    const typed = await scan({ userCode }, phone.session, undefined, PHONE, NOON)
    expect(asks(typed.request)).toBe(HIGH)
  })

  test('refuses a high risk: nothing is claimed, and it is noted', async () => {
    await raiseRisk(phone)
    setPolicy('strict')
    const opened = await open()
    for (const body of [{ code: codeOf(opened.request) }, { userCode: opened.userCode }])
      expect(await refused(scan(body, phone.session, undefined, PHONE, NOON))).toBe('refused')
    expect(await rowOf(opened.id)).toEqual(opened.request)
    const events = await db().read((client) =>
      client.auditEvent.findMany({ where: { loginRequestId: opened.id, type: 'login_refused' } }),
    )
    const noted = { userId: phone.session.userId, sessionId: phone.session.id, address: PHONE.address }
    expect(events).toEqual([expect.objectContaining(noted), expect.objectContaining(noted)])
    const other = await scan({ code: codeOf(opened.request) }, stranger.session, undefined, PHONE, NOON)
    expect(other.request.state).toBe('scanned')
  })

  test('lets go on what was claimed before the risk rose', async () => {
    const claimed = await openAndScan(phone, NOON, strange)
    await raiseRisk(phone)
    setPolicy('strict')
    const { request, scanToken } = await scan({ id: claimed.id }, phone.session, undefined, PHONE, NOON)
    expect(asks(request)).toBe(MEDIUM)
    await approveBy(phone)({ id: claimed.id, scanToken }, right(claimed))
    expect((await rowOf(claimed.id)).state).toBe('confirmed')
  })

  test('says of a request that is over what became of it', async () => {
    await raiseRisk(phone)
    setPolicy('strict')
    const { id, request, secret } = await open()
    await endAsDesktop(id, secret, 'withdrawn', DESKTOP, NOON)
    const late = scan({ code: codeOf(request) }, phone.session, undefined, PHONE, NOON)
    expect(await refused(late)).toBe('wrong_state withdrawn rejected')
    const taken = await openAndScan(stranger)
    const second = scan({ code: codeOf(taken.request) }, phone.session, undefined, PHONE, NOON)
    expect(await refused(second)).toBe('already_scanned scanned')
    for (const request of [id, taken.id]) expect(await auditOf(request)).not.toContain('login_refused')
  })
})

describe('the policy off', () => {
  test('asks for nothing at any risk, which is noted all the same', async () => {
    await raiseRisk(phone)
    setPolicy('off')
    const scanned = await openAndScan(phone, NOON, strange)
    expect(scanned.request).toMatchObject({ risk: 'high', proofs: '', number: null, numberChoices: null })
    expect((await approveBy(phone)(scanned, {})).code).toBeUndefined()
    await typeCode(scanned)
    expect(await sessionsFrom(scanned.id)).toHaveLength(1)
  })
})
