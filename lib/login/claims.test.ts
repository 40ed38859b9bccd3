/** Who may claim a desktop's request, and how often. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { log } from '../log'
import { auditOf, refused, rowOf } from '../testing/outcomes'
import {
  codeOf,
  later,
  letIn,
  makePhone,
  makeUser,
  NOON,
  open,
  PHONE,
  STRANGE,
  type SignedInDevice,
} from '../testing/people'
import { endAsDesktop } from './desktop'
import { decline } from './confirm'
import { scan } from './scan'

let phone: SignedInDevice
beforeEach(async () => void (phone = await makePhone((await makeUser()).id)))

type Opened = Awaited<ReturnType<typeof open>>

const claim = ({ request }: Pick<Opened, 'request'>, now = NOON, by = phone) =>
  scan({ code: codeOf(request, now) }, by.session, undefined, PHONE, now)

describe('a phone that the browser has sent away', () => {
  /** One browser, which opens one request after the other. */
  function browser() {
    const held = new Map<string, string>()
    return async (now = NOON) => {
      const opened = await open(now, held)
      held.set(opened.id, opened.secret)
      return opened
    }
  }
  async function sendAway(opened: Opened, now = NOON, by = phone) {
    await claim(opened, now, by)
    await endAsDesktop(opened.id, opened.secret, 'not_me', STRANGE, now)
  }

  test('once may claim again, and twice not for 15 minutes', async () => {
    const next = browser()
    await sendAway(await next())
    await sendAway(await next())
    expect(await refused(claim(await next()))).toBe('rate_limited')
    expect(await refused(claim(await next(later(899)), later(899)))).toBe('rate_limited')
    await claim(await next(later(900)), later(900))
  })

  test('is not welcome with another session of the same account', async () => {
    const next = browser()
    await sendAway(await next())
    await sendAway(await next())
    const other = await makePhone(phone.session.userId)
    expect(await refused(claim(await next(), NOON, other))).toBe('rate_limited')
  })

  test('is welcome at other browsers, and others are at this one', async () => {
    const next = browser()
    await sendAway(await next())
    await sendAway(await next())
    await claim(await open())
    await claim(await next(), NOON, await makePhone((await makeUser('Grace')).id))
  })
})

describe('a live code that several accounts show', () => {
  const others = async (count: number) => {
    const phones: SignedInDevice[] = []
    for (let i = 0; i < count; i++) phones.push(await makePhone((await makeUser(`Somebody ${i}`)).id))
    return phones
  }

  test('ends with the third, and the operator hears of it', async () => {
    const warn = vi.spyOn(log(), 'warn')
    const opened = await open()
    const [second, third] = (await others(2)) as [SignedInDevice, SignedInDevice]
    await claim(opened)
    expect(await refused(claim(opened, NOON, second))).toBe('already_scanned scanned')
    expect((await rowOf(opened.id)).state).toBe('scanned')
    expect(await refused(claim(opened, NOON, third))).toBe('already_scanned scanned')
    expect(await rowOf(opened.id)).toMatchObject({ state: 'rejected', reason: 'relayed' })
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ event: 'login_relayed', loginRequestId: opened.id })
    expect(await auditOf(opened.id)).toEqual([
      'login_opened',
      'login_scanned',
      'login_presented',
      'login_presented',
      'login_rejected relayed',
    ])
  })

  test('counts each account once', async () => {
    const opened = await open()
    const [second] = (await others(1)) as [SignedInDevice]
    const again = await makePhone(phone.session.userId)
    await claim(opened)
    for (const by of [second, second, again, second])
      expect(await refused(claim(opened, NOON, by))).toBe('already_scanned scanned')
    expect((await rowOf(opened.id)).state).toBe('scanned')
  })

  test('does not count codes that are dead', async () => {
    const opened = await open()
    const code = codeOf(opened.request)
    await claim(opened)
    for (const by of await others(3))
      expect(await refused(scan({ code }, by.session, undefined, PHONE, later(61)))).toBe('expired')
    expect((await rowOf(opened.id)).state).toBe('scanned')
  })
})

describe('a desktop that was declined and reported', () => {
  const report = async (place = {}) => {
    const opened = await open(NOON, undefined, { caller: STRANGE, ...place })
    const { scanToken } = await claim(opened)
    await decline(opened.id, scanToken, phone.session, PHONE, NOON, true)
    return opened
  }

  test('can’t ask that account again for 30 days, and others it can', async () => {
    const { id } = await report()
    expect(await rowOf(id)).toMatchObject({ state: 'rejected', reason: 'declined' })
    const again = await open(NOON, undefined, { caller: STRANGE })
    expect(await refused(claim(again))).toBe('blocked')
    expect((await rowOf(again.id)).state).toBe('new')
    await claim(again, NOON, await makePhone((await makeUser('Grace')).id))
    const late = later(30 * 86_400)
    await claim(await open(late, undefined, { caller: STRANGE }), late)
  })

  test('is a strange one from then on, where it was known', async () => {
    const laptop = await makePhone(phone.session.userId)
    const own = { caller: STRANGE, device: laptop.device }
    expect((await claim(await open(NOON, undefined, own))).request.knownDeviceId).not.toBeNull()
    await report({ device: laptop.device })
    expect(await refused(claim(await open(later(1), undefined, own), later(1)))).toBe('blocked')
  })

  test('takes more than a session that was made by QR, which may decline all the same', async () => {
    const weak = await letIn(phone)
    const opened = await open(NOON, undefined, { caller: STRANGE })
    const { scanToken } = await claim(opened, NOON, weak)
    const say = (report: boolean) => decline(opened.id, scanToken, weak.session, PHONE, NOON, report)
    expect(await refused(say(true))).toBe('reauthentication_required')
    expect((await rowOf(opened.id)).state).toBe('scanned')
    expect(await say(false)).toBe('declined')
  })

  test('blocks no device of which it has half the cookie', async () => {
    const laptop = await makePhone(phone.session.userId)
    const [id] = laptop.device.split('.')
    await report({ device: `${id}.${'A'.repeat(43)}` })
    const own = { caller: { ...STRANGE, address: '203.0.113.99' }, device: laptop.device }
    expect((await claim(await open(NOON, undefined, own))).request.knownDeviceId).not.toBeNull()
  })

  test('is no more than declined without the report', async () => {
    const opened = await open(NOON, undefined, { caller: STRANGE })
    const { scanToken } = await claim(opened)
    await decline(opened.id, scanToken, phone.session, PHONE, NOON)
    await claim(await open(NOON, undefined, { caller: STRANGE }))
  })
})
