/** What a sign-in has to prove, through the real moves and a real database. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { settings } from '../env'
import { resetPassword } from '../operator'
import * as passwords from '../passwords'
import { revokeOthers, signOut, revokeSession } from '../sessions/end'
import { isInOrder } from '../testing/database'
import { auditOf, refused, rowOf, sessionsFrom, tally } from '../testing/outcomes'
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
  openAndConfirm,
  openAndScan,
  PASSWORD,
  PHONE,
  pickWrong,
  sessionOf,
  STRANGE,
  wrongNumberFor,
  type SignedInDevice,
} from '../testing/people'
import { splitToken } from '../tokens'
import { changePassword, signInWithPassword } from '../users'
import type { ConfirmBody } from '../wire'
import { consume } from './consume'
import { endAsDesktop, readAsDesktop } from './desktop'
import { confirm, decline, scan } from './phone'
import type { Policy } from './policy'
import { desktopView, scannedView } from './view'

const DAY = 86_400
const ROUNDS = Array.from({ length: 20 }, (_, round) => round + 1)
const APP_URL = 'http://localhost:3000'
/** The risk, and what it asks for. */
const LOW = 'low'
const NEAR = 'low number'
const MEDIUM = 'medium number'
const HIGH = 'high number password code'

let phone: SignedInDevice
let stranger: SignedInDevice

beforeEach(async () => {
  setPolicy('adaptive')
  phone = await makePhone((await makeUser()).id, NOON, 30 * DAY)
  stranger = await makePhone((await makeUser('Mallory')).id, NOON, 30 * DAY)
})

const strange = { caller: STRANGE }
type Place = Parameters<typeof openAndScan>[2]
type Scanned = Awaited<ReturnType<typeof openAndScan>>
type Confirmed = Awaited<ReturnType<typeof openAndConfirm>>

const asks = ({ risk, proofs }: { risk: string | null; proofs: string }) => `${risk} ${proofs}`.trim()

/** What a scan by `phone` leads to. */
const asked = async (place: Place = strange, now = NOON, by = phone) =>
  asks((await openAndScan(by, now, place)).request)

const approve = (
  { id, scanToken }: { id: string; scanToken: string },
  fields: Partial<ConfirmBody>,
  now = NOON,
  by = phone,
) => confirm(id, { scanToken, stay: '12h', kind: 'derived', ...fields }, by.session, PHONE, now)

/** A desktop that `phone`'s account knows. */
const known = async (): Promise<Place> => ({
  ...strange,
  device: (await makePhone(phone.session.userId)).device,
})

const right = ({ request }: Scanned) => ({ number: request.number! })
const wrong = ({ request }: Scanned) => ({ number: wrongNumberFor(request)! })

const typeCode = ({ id, secret }: { id: string; secret: string }, typed?: string, now = NOON) =>
  consume(id, secret, undefined, STRANGE, now, typed)

const wrongCode = (code: string | undefined, off = 1) =>
  String((Number(code) + off) % 1_000_000).padStart(6, '0')

const viewOf = async ({ id, secret }: { id: string; secret: string }, now = NOON) =>
  desktopView(await readAsDesktop(id, secret), undefined, APP_URL, now)

/** Two wrong picks: the next scan is at high risk. */
async function raiseRisk(by = phone, now = NOON) {
  await pickWrong(by, now)
  await pickWrong(by, now)
}

const setPolicy = (policy: Policy) => vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue(policy)

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
    const proven = { ...phone, session: { ...phone.session, reauthenticatedAt: ends } }
    expect(await asked({}, afterwards, proven)).toBe(NEAR)
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

describe('the number', () => {
  test('is one of three, and at a low risk there is none', async () => {
    const { request } = await openAndScan(phone, NOON, strange)
    expect(request.numberChoices).toMatch(/^\d\d \d\d \d\d$/)
    expect(request.numberChoices?.split(' ')).toContain(String(request.number))
    const low = await openAndScan(phone, NOON, await known())
    expect(low.request).toMatchObject({ number: null, numberChoices: null })
    await approve(low, {})
    expect((await rowOf(low.id)).state).toBe('confirmed')
  })

  test('that is right approves, for a minute and without a code', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    const { request, code } = await approve(scanned, right(scanned))
    expect([code, request.codeHash]).toEqual([undefined, null])
    expect(request).toMatchObject({ state: 'confirmed', expiresAt: later(60) })
    await typeCode(scanned)
    expect(await sessionsFrom(scanned.id)).toHaveLength(1)
  })

  test('that is missing spends nothing', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    expect(await refused(approve(scanned, {}))).toBe('proof_required number')
    expect(await rowOf(scanned.id)).toEqual(scanned.request)
    await approve(scanned, right(scanned))
    expect((await rowOf(scanned.id)).state).toBe('confirmed')
  })

  test('that is wrong ends the request, and the right one comes too late', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    expect(await refused(approve(scanned, wrong(scanned)))).toBe('proof_failed number wrong_number rejected')
    expect(await refused(approve(scanned, right(scanned)))).toBe('wrong_state wrong_number rejected')
    expect(await refused(typeCode(scanned))).toBe('wrong_state wrong_number rejected')
    expect(await rowOf(scanned.id)).toMatchObject({ state: 'rejected', reason: 'wrong_number', revision: 3 })
    expect(await auditOf(scanned.id)).toEqual([
      'login_opened',
      'login_scanned',
      'login_rejected wrong_number',
    ])
  })

  test('that was never offered is as wrong', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    const offered = scanned.request.numberChoices!.split(' ').map(Number)
    const other = [10, 11, 12, 13].find((number) => !offered.includes(number))!
    expect(await refused(approve(scanned, { number: other }))).toBe(
      'proof_failed number wrong_number rejected',
    )
  })

  test('can’t be burnt by another session, or by another scan token', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    const sibling = await makePhone(phone.session.userId)
    for (const by of [sibling, stranger])
      expect(await refused(approve(scanned, wrong(scanned), NOON, by))).toBe('not_found')
    const forged = { ...scanned, scanToken: 'A'.repeat(43) }
    expect(await refused(approve(forged, wrong(scanned)))).toBe('wrong_state scanned')
    expect(await rowOf(scanned.id)).toEqual(scanned.request)
    const again = await scan({ id: scanned.id }, phone.session, undefined, PHONE, NOON)
    expect(await refused(approve(scanned, wrong(scanned)))).toBe('wrong_state scanned')
    expect(await rowOf(scanned.id)).toEqual(again.request)
  })

  test('that comes too late ends nothing', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    for (const number of [right(scanned), wrong(scanned)])
      expect(await refused(approve(scanned, number, later(300)))).toBe('expired expired')
    expect(await rowOf(scanned.id)).toEqual(scanned.request)
  })

  test('all three at once: exactly one decides', async () => {
    const states = new Set<string>()
    for (const round of ROUNDS) {
      // A fresh account each time: wrong picks would ask for more.
      const one = await makePhone((await makeUser()).id)
      const scanned = await openAndScan(one, NOON, strange)
      const choices = scanned.request.numberChoices!.split(' ').map(Number)
      const from = (choices.indexOf(scanned.request.number!) + round) % 3
      const picks = [...choices.slice(from), ...choices.slice(0, from)]
      const counts = await tally(picks.map((number) => approve(scanned, { number }, NOON, one)))
      const { state, revision } = await rowOf(scanned.id)
      expect(counts).toEqual({ [state === 'confirmed' ? 'done' : 'proof_failed']: 1, wrong_state: 2 })
      expect(revision).toBe(3)
      expect(await auditOf(scanned.id)).toHaveLength(3)
      states.add(state)
    }
    // A race that only ever ends one way was none.
    expect([...states].sort()).toEqual(['confirmed', 'rejected'])
  })

  test('stays the same when the phone scans again, whatever the risk is by then', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    await raiseRisk()
    const body = [{ id: scanned.id }, { code: codeOf(scanned.request) }, { userCode: scanned.userCode }]
    for (const again of body) {
      const { request } = await scan(again, phone.session, undefined, PHONE, later(5))
      const { scanTokenHash, revision, ...rest } = scanned.request
      expect(request).toMatchObject(rest)
      expect([request.scanTokenHash === scanTokenHash, request.revision > revision]).toEqual([false, true])
    }
    expect(await asked()).toBe(HIGH)
  })

  test('is forgotten when the request ends', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    await approve(scanned, right(scanned))
    await typeCode(scanned)
    const declined = await openAndScan(phone, NOON, strange)
    await decline(declined.id, declined.scanToken, phone.session, PHONE, NOON)
    for (const { id } of [scanned, declined])
      expect(await rowOf(id)).toMatchObject({ number: null, numberChoices: null, codeHash: null })
  })
})

describe('the password', () => {
  const TEN_MINUTES = 600

  beforeEach(async () => {
    await givePassword(phone.session.userId)
    await raiseRisk()
  })

  test('is not asked for again within ten minutes', async () => {
    const inTime = await openAndScan(phone, later(TEN_MINUTES - 1), strange)
    expect((await approve(inTime, right(inTime), later(TEN_MINUTES - 1))).request.state).toBe('confirmed')
    const tooLate = await openAndScan(phone, later(TEN_MINUTES), strange)
    expect(await refused(approve(tooLate, right(tooLate), later(TEN_MINUTES)))).toBe(
      'proof_required password',
    )
    const proven = { ...phone, session: { ...phone.session, reauthenticatedAt: later(30) } }
    const { request } = await approve(tooLate, right(tooLate), later(TEN_MINUTES + 29), proven)
    expect(request.state).toBe('confirmed')
  })

  test('comes after the number is there and before it is looked at', async () => {
    const now = later(TEN_MINUTES)
    const scanned = await openAndScan(phone, now, strange)
    const compared = vi.spyOn(passwords, 'verifyPassword')
    const answer = (fields: Partial<ConfirmBody>) => refused(approve(scanned, fields, now))
    expect(await answer({ password: PASSWORD })).toBe('proof_required number')
    expect(compared).not.toHaveBeenCalled()
    for (const number of [right(scanned), wrong(scanned)]) {
      expect(await answer(number)).toBe('proof_required password')
      expect(await answer({ ...number, password: 'wrong' })).toBe('proof_failed password')
    }
    expect(await rowOf(scanned.id)).toEqual(scanned.request)
    const { request, code } = await approve(scanned, { ...right(scanned), password: PASSWORD }, now)
    expect(request).toMatchObject({ state: 'confirmed', expiresAt: later(90, now) })
    expect(code).toMatch(/^\d{6}$/)
  })

  test('that is right does not make up for a wrong number', async () => {
    const now = later(TEN_MINUTES)
    const scanned = await openAndScan(phone, now, strange)
    const fields = { ...wrong(scanned), password: PASSWORD }
    expect(await refused(approve(scanned, fields, now))).toBe('proof_failed number wrong_number rejected')
  })

  test('is no way for another session to try passwords', async () => {
    const now = later(TEN_MINUTES)
    const scanned = await openAndScan(phone, now, strange)
    const compared = vi.spyOn(passwords, 'verifyPassword')
    const fields = { ...right(scanned), password: PASSWORD }
    expect(await refused(approve(scanned, fields, now, stranger))).toBe('not_found')
    const forged = { ...scanned, scanToken: 'A'.repeat(43) }
    expect(await refused(approve(forged, fields, now))).toBe('wrong_state scanned')
    expect(compared).not.toHaveBeenCalled()
  })

  /** Lets something happen between the comparison and the move. */
  const meanwhile = (change: () => Promise<unknown>) => {
    const compare = passwords.verifyPassword
    vi.spyOn(passwords, 'verifyPassword').mockImplementationOnce(async (stored, given) => {
      const matches = await compare(stored, given)
      await change()
      return matches
    })
  }

  test('takes a while to compare: a session that ends meanwhile approves nothing', async () => {
    const now = later(TEN_MINUTES)
    const scanned = await openAndScan(phone, now, strange)
    meanwhile(() => signOut(phone.session, now, null))
    const late = approve(scanned, { ...right(scanned), password: PASSWORD }, now)
    expect(await refused(late)).toBe('wrong_state session_ended rejected')
  })

  test('takes a while to compare: a scan token that is replaced meanwhile neither approves nor ends', async () => {
    const now = later(TEN_MINUTES)
    const scanned = await openAndScan(phone, now, strange)
    for (const number of [right(scanned), wrong(scanned)]) {
      meanwhile(() => scan({ id: scanned.id }, phone.session, undefined, PHONE, now))
      const { request, scanToken } = await scan({ id: scanned.id }, phone.session, undefined, PHONE, now)
      const late = approve({ id: scanned.id, scanToken }, { ...number, password: PASSWORD }, now)
      expect(await refused(late)).toBe('wrong_state scanned')
      expect((await rowOf(scanned.id)).revision).toBe(request.revision + 1)
    }
  })
})

describe('the code', () => {
  beforeEach(() => raiseRisk())
  const owing = () => openAndConfirm(phone, NOON, 'derived', '12h', strange)

  test('is told with the approval, and again to the scan token whose answer was lost', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    expect(asks(scanned.request)).toBe(HIGH)
    const first = await approve(scanned, right(scanned))
    expect(first.code).toMatch(/^\d{6}$/)
    const again = await approve(scanned, right(scanned), later(89))
    expect(again).toEqual(first)
    expect(await rowOf(scanned.id)).toEqual(first.request)
    expect(await auditOf(scanned.id)).toEqual(['login_opened', 'login_scanned', 'login_confirmed derived'])
    const forged = { ...scanned, scanToken: 'A'.repeat(43) }
    expect(await refused(approve(forged, right(scanned)))).toBe('wrong_state confirmed')
    expect(await refused(approve(scanned, right(scanned), later(90)))).toBe('expired expired')
    const sibling = await makePhone(phone.session.userId)
    expect(await refused(approve(scanned, right(scanned), NOON, sibling))).toBe('not_found')
    await typeCode(scanned, first.code)
    expect(await refused(approve(scanned, right(scanned)))).toBe('already_used consumed')
  })

  test('is told to nobody before all else is proven', async () => {
    const scanned = await openAndScan(phone, NOON, strange)
    await refused(approve(scanned, {}))
    expect(await rowOf(scanned.id)).toMatchObject({ state: 'scanned', codeHash: null })
    expect(await refused(typeCode(scanned, '000000'))).toBe('wrong_state scanned')
  })

  test('is nowhere but on the phone', async () => {
    const owed = await owing()
    const told = JSON.stringify([await rowOf(owed.id), await auditOf(owed.id), await viewOf(owed)])
    expect(owed.code).toMatch(/^\d{6}$/)
    expect(told).not.toContain(owed.code)
  })

  test('that is missing spends nothing', async () => {
    const owed = await owing()
    expect(await refused(typeCode(owed))).toBe('proof_required code')
    expect(await rowOf(owed.id)).toEqual(owed.request)
    expect(await sessionsFrom(owed.id)).toEqual([])
  })

  test('that is wrong twice may still be right the third time, with a space or a dash', async () => {
    const owed = await owing()
    expect(await refused(typeCode(owed, wrongCode(owed.code)))).toBe('proof_failed code 2')
    expect(await refused(typeCode(owed, ''))).toBe('proof_failed code 1')
    expect(await rowOf(owed.id)).toMatchObject({ state: 'confirmed', codeTries: 2, revision: 3 })
    const { token, deviceToken } = await typeCode(owed, `${owed.code!.slice(0, 3)} ${owed.code!.slice(3)}`)
    expect((await sessionOf(token, deviceToken)).userId).toBe(phone.session.userId)
  })

  test('that is wrong three times ends the request, and the right one comes too late', async () => {
    const owed = await owing()
    for (const triesLeft of [2, 1, 0])
      expect(await refused(typeCode(owed, wrongCode(owed.code)))).toBe(`proof_failed code ${triesLeft}`)
    expect(await rowOf(owed.id)).toMatchObject({ state: 'rejected', reason: 'proof_tries', codeHash: null })
    expect(await refused(typeCode(owed, owed.code))).toBe('wrong_state proof_tries rejected')
    expect((await auditOf(owed.id)).at(-1)).toBe('login_rejected proof_tries')
    expect(await sessionsFrom(owed.id)).toEqual([])
  })

  test('of twenty wrong ones at once, three count', async () => {
    const owed = await owing()
    const guesses = Array.from({ length: 20 }, (_, guess) => typeCode(owed, wrongCode(owed.code, guess + 1)))
    expect(await tally(guesses)).toEqual({ proof_failed: 3, wrong_state: 17 })
    expect(await rowOf(owed.id)).toMatchObject({ state: 'rejected', reason: 'proof_tries', codeTries: 3 })
    expect(await sessionsFrom(owed.id)).toEqual([])
  })

  test.runIf(isInOrder()).for([0, 1, 2, 3, 4])(
    'that is right and comes with wrong ones, %i of them before it',
    async (before) => {
      const owed = await owing()
      const typed = Array.from({ length: 5 }, (_, place) =>
        place === before ? owed.code : wrongCode(owed.code, place + 1),
      )
      const counts = await tally(typed.map((code) => typeCode(owed, code)))
      const { state, reason } = await rowOf(owed.id)
      const isInTime = before < 3
      expect([state, reason]).toEqual(isInTime ? ['consumed', null] : ['rejected', 'proof_tries'])
      // Once it is used, whatever the same desktop sends is taken for a repetition.
      expect(counts).toEqual(
        isInTime
          ? { done: 5 - before, ...(before > 0 && { proof_failed: before }) }
          : { proof_failed: 3, wrong_state: 2 },
      )
      expect(await sessionsFrom(owed.id)).toHaveLength(isInTime ? 1 : 0)
    },
  )

  test('that is right twenty times at once makes one session', async () => {
    const owed = await owing()
    const all = await Promise.all(Array.from({ length: 20 }, () => typeCode(owed, owed.code)))
    expect(new Set(all.map(({ token }) => token)).size).toBe(1)
    expect(await sessionsFrom(owed.id)).toHaveLength(1)
  })

  test('counts no tries of another desktop', async () => {
    const owed = await owing()
    const other = await open()
    for (const secret of [other.secret, undefined])
      expect(await refused(consume(owed.id, secret, undefined, STRANGE, NOON, '000000'))).toBe('not_found')
    expect(await rowOf(owed.id)).toEqual(owed.request)
  })

  test('of another request is wrong', async () => {
    const owed = await owing()
    let other: Confirmed
    // Once in a million times they would be the same.
    do other = await owing()
    while (other.code === owed.code)
    expect(await refused(typeCode(owed, other.code))).toBe('proof_failed code 2')
  })

  test('is good for 90 seconds, and a late one counts no more', async () => {
    const early = await owing()
    expect(early.request.expiresAt).toEqual(later(90))
    await typeCode(early, early.code, later(89))
    expect(await sessionsFrom(early.id)).toHaveLength(1)
    const late = await owing()
    for (const typed of [late.code, wrongCode(late.code), undefined])
      expect(await refused(typeCode(late, typed, later(90)))).toBe('expired expired')
    expect(await rowOf(late.id)).toEqual(late.request)
  })

  test('is not asked for again where the answer to a consume was lost', async () => {
    const owed = await owing()
    const first = await typeCode(owed, owed.code)
    expect(await typeCode(owed, owed.code, later(10))).toEqual(first)
    expect(await typeCode(owed, undefined, later(20))).toEqual(first)
    expect(await refused(typeCode(owed, owed.code, later(30)))).toBe('already_used consumed')
    expect(await sessionsFrom(owed.id)).toHaveLength(1)
  })

  test('does not help once the phone has taken its approval back', async () => {
    const owed = await owing()
    await decline(owed.id, owed.scanToken, phone.session, PHONE, NOON)
    expect(await refused(typeCode(owed, owed.code))).toBe('wrong_state declined rejected')
  })

  test('that is right signs nobody in once the approving session has ended', async () => {
    const owed = await owing()
    await signOut(phone.session, NOON, null)
    expect(await refused(typeCode(owed, owed.code))).toBe('wrong_state session_ended rejected')
  })
})

describe('the strict policy', () => {
  test('asks at a medium risk for all, and at a low one for no more than ever', async () => {
    setPolicy('strict')
    expect(await asked()).toBe(HIGH)
    expect(await asked({})).toBe(NEAR)
    expect(await asked(await known())).toBe(LOW)
    const { userCode } = await open()
    const typed = await scan({ userCode }, phone.session, undefined, PHONE, NOON)
    expect(asks(typed.request)).toBe(HIGH)
  })

  test('refuses a high risk: nothing is claimed, and it is noted', async () => {
    await raiseRisk()
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
    await raiseRisk()
    setPolicy('strict')
    const { request, scanToken } = await scan({ id: claimed.id }, phone.session, undefined, PHONE, NOON)
    expect(asks(request)).toBe(MEDIUM)
    await approve({ id: claimed.id, scanToken }, right(claimed))
    expect((await rowOf(claimed.id)).state).toBe('confirmed')
  })

  test('says of a request that is over what became of it', async () => {
    await raiseRisk()
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
    await raiseRisk()
    setPolicy('off')
    const scanned = await openAndScan(phone, NOON, strange)
    expect(scanned.request).toMatchObject({ risk: 'high', proofs: '', number: null, numberChoices: null })
    expect((await approve(scanned, {})).code).toBeUndefined()
    await typeCode(scanned)
    expect(await sessionsFrom(scanned.id)).toHaveLength(1)
  })
})

describe('the desktop’s view', () => {
  const scanner = { initials: 'AL' }

  test('has the number while it is asked for, and nothing of it before or after', async () => {
    const opened = await open(NOON, undefined, strange)
    const { id } = opened
    const fresh = await viewOf(opened)
    expect(Object.keys(fresh).sort()).toEqual([
      'codeExpiresIn',
      'expiresIn',
      'id',
      'qr',
      'revision',
      'status',
    ])
    const claim = await scan({ code: codeOf(opened.request) }, phone.session, undefined, PHONE, NOON)
    const { number } = claim.request
    const whenScanned = { id, status: 'scanned', revision: 2, expiresIn: 300, number, scanner }
    expect(await viewOf(opened)).toEqual(whenScanned)
    const { number: _, ...expired } = { ...whenScanned, status: 'expired', expiresIn: 0 }
    expect(await viewOf(opened, later(300))).toEqual({ ...expired, scanner: undefined })
    await approve({ id, scanToken: claim.scanToken }, { number: number! })
    const whenConfirmed = { id, status: 'confirmed', revision: 3, expiresIn: 60, scanner }
    expect(await viewOf(opened)).toEqual(whenConfirmed)
  })

  test('has no number at a low risk', async () => {
    expect(await viewOf(await openAndScan(phone, NOON, await known()))).not.toHaveProperty('number')
  })

  test('says that a code is owed while it is, and nothing that would tell it', async () => {
    await raiseRisk()
    const scanned = await openAndScan(phone, NOON, strange)
    const { id } = scanned
    expect(await viewOf(scanned)).toEqual({
      id,
      status: 'scanned',
      revision: 2,
      expiresIn: 300,
      number: scanned.request.number,
      scanner,
    })
    const { code } = await approve(scanned, right(scanned))
    const owing = { id, status: 'confirmed', revision: 3, expiresIn: 90, needs: ['code'], scanner }
    expect(await viewOf(scanned)).toEqual(owing)
    await refused(typeCode(scanned, wrongCode(code)))
    expect(await viewOf(scanned)).toEqual(owing)
    await typeCode(scanned, code)
    expect(await viewOf(scanned)).toEqual({
      id,
      status: 'consumed',
      revision: 4,
      expiresIn: 0,
      scanner: { initials: 'AL', name: 'Ada Lovelace' },
    })
  })

  test.each(['wrong_number', 'proof_tries'] as const)('says %s, and no more', async (reason) => {
    if (reason === 'proof_tries') await raiseRisk()
    const scanned = await openAndScan(phone, NOON, strange)
    const isNumber = reason === 'wrong_number'
    await approve(scanned, isNumber ? wrong(scanned) : right(scanned)).catch(() => {})
    const { id } = scanned
    for (let times = 0; times < 3 && !isNumber; times++) await refused(typeCode(scanned, ''))
    const revision = isNumber ? 3 : 4
    expect(await viewOf(scanned)).toEqual({ id, status: 'rejected', reason, revision, expiresIn: 0 })
  })

  test('is made from a row that holds neither choices nor hash', async () => {
    await raiseRisk()
    const owed = await openAndConfirm(phone, NOON, 'derived', '12h', strange)
    const { id, secret, request } = owed
    const watched = await readAsDesktop(id, secret)
    expect(watched).toMatchObject({ number: request.number, proofs: 'number password code' })
    for (const name of ['codeHash', 'codeTries', 'numberChoices', 'scanTokenHash'])
      expect(watched).not.toHaveProperty(name)
  })
})

describe('the phone’s view', () => {
  test('offers three numbers and does not tell which is right', async () => {
    await raiseRisk()
    const { request, scanToken } = await openAndScan(phone, NOON, strange)
    // Its password was given too long ago to count.
    const session = { ...phone.session, createdAt: later(-601), reauthenticatedAt: null }
    const view = scannedView(request, scanToken, session, PHONE, NOON)
    expect(scannedView(request, scanToken, phone.session, PHONE, NOON).proofs).toEqual(['number', 'code'])
    expect(view).toEqual({
      id: request.id,
      scanToken,
      desktop: {
        ...STRANGE.agent,
        address: STRANGE.address,
        place: null,
        askedAt: NOON.toISOString(),
      },
      phone: { address: PHONE.address, place: null },
      differences: ['address'],
      sameNetwork: false,
      account: phone.session.user,
      risk: 'high',
      proofs: ['number', 'password', 'code'],
      choices: request.numberChoices!.split(' ').map(Number),
      kinds: ['derived', 'independent'],
      stays: ['12h', '7d'],
      expiresIn: 300,
    })
    expect(view.choices).toContain(request.number)
  })

  test('has no choices at a low risk', async () => {
    const { request, scanToken } = await openAndScan(phone, NOON, await known())
    const view = scannedView(request, scanToken, phone.session, PHONE, NOON)
    expect(view).toMatchObject({ risk: 'low', proofs: [] })
    expect(view).not.toHaveProperty('choices')
  })
})

describe('the probation of a session made by QR', () => {
  const probation = async ({ session }: SignedInDevice) =>
    (await db().read((client) => client.session.findUniqueOrThrow({ where: { id: session.id } })))
      .probationEndsAt

  test.each([
    ['a strange desktop', strange],
    ['a desktop in a trusted network', {}],
  ])('on %s lasts a day', async (_, place) => {
    expect(await probation(await letIn(phone, later(5), 'derived', '12h', place))).toEqual(later(DAY + 5))
    expect(await probation(await letIn(phone, later(5), 'independent', '30d', place))).toEqual(later(DAY + 5))
  })

  test('is none in a browser that is known', async () => {
    const laptop = await makePhone(phone.session.userId)
    const desktop = await letIn(phone, NOON, 'derived', '12h', { ...strange, device: laptop.device })
    expect(desktop.session.deviceId).toBe(laptop.session.deviceId)
    expect(await probation(desktop)).toBeNull()
    expect(await probation(laptop)).toBeNull()
  })

  test('goes on in a browser whose first session is on probation itself', async () => {
    const first = await letIn(phone, NOON, 'derived', '30d', strange)
    const place = { ...strange, device: first.device }
    expect(await probation(await letIn(phone, later(60), 'derived', '30d', place))).toEqual(later(DAY + 60))
    expect(await probation(await letIn(phone, later(DAY), 'derived', '30d', place))).toBeNull()
  })

  test('depends on the browser that was scanned, not on one that only comes to consume', async () => {
    const laptop = await makePhone(phone.session.userId)
    const unknown = await openAndConfirm(phone, NOON, 'derived', '12h', strange)
    await consume(unknown.id, unknown.secret, laptop.device, STRANGE, NOON)
    const known = await openAndConfirm(phone, NOON, 'derived', '12h', { ...strange, device: laptop.device })
    await consume(known.id, known.secret, undefined, STRANGE, NOON)
    for (const { id } of [unknown, known])
      expect((await sessionsFrom(id))[0]?.probationEndsAt).toEqual(later(DAY))
  })
})
