/** What crosses the wire, for each of its readers. */
import { beforeEach, describe, expect, test } from 'vitest'
import { refused } from '../testing/outcomes'
import {
  codeOf,
  later,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndConfirm,
  openAndScan,
  PHONE,
  STRANGE,
  type SignedInDevice,
} from '../testing/people'
import {
  approveBy,
  knownTo,
  raiseRisk,
  right,
  setPolicy,
  strange,
  typeCode,
  viewOf,
  wrong,
  wrongCode,
} from '../testing/proofs'
import { readAsDesktop } from './desktop'
import { scan } from './scan'
import { scannedView, initialsOf } from './view'

const DAY = 86_400
let phone: SignedInDevice

beforeEach(async () => {
  setPolicy('adaptive')
  phone = await makePhone((await makeUser()).id, NOON, 30 * DAY)
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
    await approveBy(phone)({ id, scanToken: claim.scanToken }, { number: number! })
    const whenConfirmed = { id, status: 'confirmed', revision: 3, expiresIn: 60, scanner }
    expect(await viewOf(opened)).toEqual(whenConfirmed)
  })

  test('has no number at a low risk', async () => {
    expect(await viewOf(await openAndScan(phone, NOON, await knownTo(phone)))).not.toHaveProperty('number')
  })

  test('says that a code is owed while it is, and nothing that would tell it', async () => {
    await raiseRisk(phone)
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
    const { code } = await approveBy(phone)(scanned, right(scanned))
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
    if (reason === 'proof_tries') await raiseRisk(phone)
    const scanned = await openAndScan(phone, NOON, strange)
    const isNumber = reason === 'wrong_number'
    await approveBy(phone)(scanned, isNumber ? wrong(scanned) : right(scanned)).catch(() => {})
    const { id } = scanned
    for (let times = 0; times < 3 && !isNumber; times++) await refused(typeCode(scanned, ''))
    const revision = isNumber ? 3 : 4
    expect(await viewOf(scanned)).toEqual({ id, status: 'rejected', reason, revision, expiresIn: 0 })
  })

  test('is made from a row that holds neither choices nor hash', async () => {
    await raiseRisk(phone)
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
    await raiseRisk(phone)
    const { request, scanToken } = await openAndScan(phone, NOON, strange)
    // Its password was given too long ago to count.
    const session = { ...phone.session, factors: { password: later(-601) } }
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
    const { request, scanToken } = await openAndScan(phone, NOON, await knownTo(phone))
    const view = scannedView(request, scanToken, phone.session, PHONE, NOON)
    expect(view).toMatchObject({ risk: 'low', proofs: [] })
    expect(view).not.toHaveProperty('choices')
  })
})

test.each([
  ['Ada Lovelace', 'AL'],
  ['grace brewster hopper', 'GH'],
  ['Plato', 'P'],
  ['李白', '李'],
  ['  Ada  ', 'A'],
  ['👩‍🚀 Space', '👩S'],
])('the initials of %s are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
