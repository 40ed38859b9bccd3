/** Every limit of the table, reached through the handler that it guards. */
import { beforeEach, expect, test, vi } from 'vitest'
import { db } from '@/lib/db'
import { settings } from '@/lib/env'
import { LIMITS, take, type LimitName } from '@/lib/limits/limits'
import { hashPassword } from '@/lib/passwords'
import { Browser } from '@/lib/testing/browser'
import { makePhone, makeUser, type SignedInDevice } from '@/lib/testing/people'
import * as exported from './activity/export/route'
import * as nextAuth from './auth/[...nextauth]/route'
import * as confirm from './login/[id]/confirm/route'
import * as request from './login/[id]/route'
import * as login from './login/route'
import * as scan from './login/scan/route'
import * as ticket from './login/ticket/route'
import * as reauthenticate from './reauthenticate/route'
import * as sessions from './sessions/route'
import * as users from './users/route'

const ID = 'A'.repeat(22)
let count = 0
let browser: Browser
let phone: SignedInDevice

beforeEach(async () => {
  vi.spyOn(settings(), 'rateLimitScale', 'get').mockReturnValue(1)
  browser = new Browser(`198.51.100.${++count}`)
  const { id } = await makeUser()
  const passwordHash = await hashPassword('correct horse')
  await db().write((tx) => tx.user.update({ where: { id }, data: { passwordHash } }))
  phone = await makePhone(id, new Date())
  browser.cookies.set('qrl-session', phone.token)
  browser.cookies.set('qrl-device', phone.device)
})

const email = () => `somebody${count}@example.org`
const signIn = async () => {
  const auth = (method: string, path: string, body?: object) =>
    browser.call(nextAuth.POST, method, { params: { nextauth: path.split('/') }, body })
  return auth('POST', 'callback/password', { email: email(), password: 'wrong' })
}
const userCode = () => browser.call(scan.POST, 'POST', { body: { userCode: 'BBBB-BBBB' } })
const approve = () =>
  browser.call(confirm.POST, 'POST', {
    params: { id: ID },
    body: { scanToken: 'A'.repeat(43), stay: '12h', kind: 'derived' },
  })
const newUser = { name: 'Ada', email: 'new@example.org', password: 'correct horse' }

/** The call that a limit guards, and the key under which it counts. Left out: what unit tests of `lib` reach. */
const GUARDED: Partial<Record<LimitName, [() => Promise<{ status: number }>, () => string]>> = {
  open: [() => browser.call(login.POST, 'POST', { body: {} }), () => browser.address],
  read: [() => browser.call(request.GET, 'GET', { params: { id: ID } }), () => browser.address],
  ticket: [
    () => browser.call(ticket.POST, 'POST', { body: { code: `${ID}.AAAAAAAAAAA` } }),
    () => browser.address,
  ],
  sign_up: [() => browser.call(users.POST, 'POST', { body: newUser }), () => browser.address],
  auth: [
    () => browser.call(nextAuth.GET, 'GET', { params: { nextauth: ['session'] } }),
    () => browser.address,
  ],
  write: [() => browser.call(sessions.GET, 'GET'), () => browser.address],
  sign_in_address: [signIn, () => browser.address],
  sign_in_account: [signIn, email],
  user_code_address: [userCode, () => browser.address],
  user_code_account: [userCode, () => phone.session.userId],
  scan: [userCode, () => phone.session.userId],
  approve: [approve, () => phone.session.userId],
  export: [() => browser.call(exported.GET, 'GET'), () => phone.session.userId],
  password_device: [
    () => browser.call(reauthenticate.POST, 'POST', { body: { password: 'wrong' } }),
    () => `${phone.session.userId} ${phone.session.deviceId}`,
  ],
}

test.each(Object.keys(GUARDED) as LimitName[])(
  '%s is refused past its points, and not before',
  async (name) => {
    const [call, key] = GUARDED[name]!
    for (let taken = 1; taken < LIMITS[name].points; taken++) await take(name, key())
    expect((await call()).status).not.toBe(429)
    expect(await call()).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  },
)

test('every limit of the table is guarded here or in the tests of what it guards', () => {
  const elsewhere = [
    'signed_in',
    'new_password',
    'confirm_email',
    'password_account',
    'forgotten_address',
    'sign_in_device',
    'wrong_device_report',
  ]
  expect([...Object.keys(GUARDED), ...elsewhere].sort()).toEqual(Object.keys(LIMITS).sort())
})
