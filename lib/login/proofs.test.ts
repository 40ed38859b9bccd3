/** What a sign-in has to prove, through the real moves and a real database. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import * as passwords from '../passwords'
import { signOut } from '../sessions/end'
import { isInOrder } from '../testing/database'
import { auditOf, refused, rowOf, sessionsFrom, tally } from '../testing/outcomes'
import {
  codeOf,
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
  proven,
  sessionOf,
  type SignedInDevice,
  STRANGE,
} from '../testing/people'
import {
  approveBy,
  asks,
  HIGH,
  knownTo,
  raiseRisk,
  right,
  setPolicy,
  strange,
  typeCode,
  viewOf,
  wrong,
  wrongCode,
  type Place,
} from '../testing/proofs'
import type { ConfirmBody } from '../wire'
import { consume } from './consume'
import { decline } from './confirm'
import { scan } from './scan'

const DAY = 86_400
const ROUNDS = Array.from({ length: 20 }, (_, round) => round + 1)
let phone: SignedInDevice
let stranger: SignedInDevice

beforeEach(async () => {
  setPolicy('adaptive')
  phone = await makePhone((await makeUser()).id, NOON, 30 * DAY)
  stranger = await makePhone((await makeUser('Mallory')).id, NOON, 30 * DAY)
})

type Confirmed = Awaited<ReturnType<typeof openAndConfirm>>

/** By `phone`. */
const approve: ReturnType<typeof approveBy> = (...approval) => approveBy(phone)(...approval)

/** What a scan by `phone` leads to. */
const asked = async (place: Place = strange, now = NOON, by = phone) =>
  asks((await openAndScan(by, now, place)).request)

describe('the number', () => {
  test('is one of three, and at a low risk there is none', async () => {
    const { request } = await openAndScan(phone, NOON, strange)
    expect(request.numberChoices).toMatch(/^\d\d \d\d \d\d$/)
    expect(request.numberChoices?.split(' ')).toContain(String(request.number))
    const low = await openAndScan(phone, NOON, await knownTo(phone))
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
      expect(await refused(approveBy(by)(scanned, wrong(scanned)))).toBe('not_found')
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
      const counts = await tally(picks.map((number) => approveBy(one)(scanned, { number })))
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
    await raiseRisk(phone)
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
    await raiseRisk(phone)
  })

  test('is not asked for again within ten minutes', async () => {
    const inTime = await openAndScan(phone, later(TEN_MINUTES - 1), strange)
    expect((await approve(inTime, right(inTime), later(TEN_MINUTES - 1))).request.state).toBe('confirmed')
    const tooLate = await openAndScan(phone, later(TEN_MINUTES), strange)
    expect(await refused(approve(tooLate, right(tooLate), later(TEN_MINUTES)))).toBe(
      'proof_required password',
    )
    const { request } = await approveBy(proven(phone, later(30)))(
      tooLate,
      right(tooLate),
      later(TEN_MINUTES + 29),
    )
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
    expect(await refused(approveBy(stranger)(scanned, fields, now))).toBe('not_found')
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
  beforeEach(() => raiseRisk(phone))
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
    expect(await refused(approveBy(sibling)(scanned, right(scanned)))).toBe('not_found')
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

  test.each(isInOrder() ? [0, 1, 2, 3, 4] : [])(
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
