/** What each call that changes something takes, on every route: a strong session, a reason to do without, or nothing. */
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { signOut } from '@/lib/sessions/end'
import { Browser, type Answer } from '@/lib/testing/browser'
import { openApiDocument } from '@/lib/http/openapi'
import { letIn, makePhone, makeUser, proven, type SignedInDevice } from '@/lib/testing/people'
import { newId, newSecret } from '@/lib/tokens'
import type * as account from './account/route'

const id = newId()
const scanToken = newSecret()
const mail = { email: 'somebody@example.org' }
const newPassword = 'correct horse battery'

/** For strong sessions alone, with a body that passes: what outlives the session, reaches beyond it, or misleads others. */
const STRONG: Record<string, object | undefined> = {
  'PATCH /account': { name: 'Eve' },
  'POST /email': undefined,
  'POST /login/[id]/confirm': { scanToken, stay: '12h', kind: 'derived' },
  'DELETE /notices/[id]': undefined,
  'DELETE /sessions': undefined,
  'PATCH /sessions/[id]': { name: 'Mine' },
  'POST /sessions/[id]/report': undefined,
}

/** The exceptions: for any live session, and why. */
const ANY: Record<string, [why: string, body?: object]> = {
  'POST /account/password': ['it takes the password itself', { currentPassword: 'x', newPassword }],
  'POST /login/[id]/reject': [
    'it ends what this session has claimed; a report is another matter',
    { scanToken },
  ],
  'POST /login/scan': ['it approves nothing, and ends with the session', { id }],
  'POST /reauthenticate': ['it is how a session becomes strong', { password: 'x' }],
  'DELETE /sessions/[id]': ['it ends this session and what it let in; others are another matter'],
}

/** For anybody: they act by what they hold, and change nothing of the account whose session comes along. */
const ANYBODY: Record<string, object | undefined> = {
  'POST /auth/[...nextauth]': undefined,
  'PUT /auth/[...nextauth]': undefined,
  'PATCH /auth/[...nextauth]': undefined,
  'DELETE /auth/[...nextauth]': undefined,
  'POST /email/claim': { token: newSecret(), name: 'Somebody', newPassword },
  // With a link that is good it takes a strong session (lib/email.test.ts).
  'POST /email/confirm': { token: newSecret() },
  // A strong session also sets the language of mail (lib/email.test.ts).
  'POST /locale': { locale: 'en' },
  'POST /login': {},
  'DELETE /login/[id]': {},
  'POST /login/ticket': { code: `${id}.AAAAAAAAAAA` },
  'POST /password-reset': mail,
  'POST /password-reset/use': { token: newSecret(), newPassword },
  'POST /report': { token: newSecret() },
  'POST /report/look': { token: newSecret() },
  'POST /users': { ...mail, name: 'Somebody', password: newPassword },
}

type Route = Record<string, typeof account.PATCH>

const files = fs
  .readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'route.ts')
const routes = new Map<string, Route>()
for (const file of files)
  routes.set(`/${path.dirname(file)}`, (await import(path.join(import.meta.dirname, file))) as Route)

const called = (browser: Browser, call: string, body?: object, target = id): Promise<Answer> => {
  const [method = '', route = ''] = call.split(' ')
  const params = { id: target, nextauth: ['signout'] }
  return browser.call(routes.get(route)![method]!, method, { params, body })
}

const browserOf = ({ token, device }: SignedInDevice): Browser => {
  const browser = new Browser()
  browser.cookies.set('qrl-session', token)
  browser.cookies.set('qrl-device', device)
  return browser
}

let phone: SignedInDevice
let desktop: SignedInDevice
/** In a session that was made by QR. */
let weak: Browser
beforeEach(async () => {
  const now = new Date()
  phone = await makePhone((await makeUser()).id, now)
  desktop = await letIn(phone, now)
  weak = browserOf(desktop)
})

const WEAK = { status: 403, body: { code: 'reauthentication_required' } }
const SIGNED_OUT = { status: 401, body: { code: 'sign_in_required' } }

test('each call that changes something is for strong sessions, a named exception, or for anybody', () => {
  const changing = [...routes].flatMap(([route, methods]) =>
    Object.keys(methods).flatMap((method) => (method === 'GET' ? [] : `${method} ${route}`)),
  )
  const named = [STRONG, ANY, ANYBODY].flatMap(Object.keys).filter((call) => !call.startsWith('GET '))
  expect(changing.sort()).toEqual(named.sort())
})

describe.each(Object.entries(STRONG))('%s', (call, body) => {
  test('takes a strong session', async () => {
    expect(await called(weak, call, body)).toMatchObject(WEAK)
    const { body: answered } = await called(browserOf(phone), call, body)
    expect(['sign_in_required', 'reauthentication_required']).not.toContain(answered.code)
  })
})

describe.each(Object.entries(ANY))('%s', (call, [, body]) => {
  test('takes any session', async () => {
    expect(await called(weak, call, body)).not.toMatchObject(WEAK)
  })
})

test.each([
  ...Object.entries(STRONG),
  ...Object.entries(ANY).map(([call, [, body]]) => [call, body] as const),
])('%s says first where nobody is signed in', async (call, body) => {
  expect(await called(new Browser(), call, body)).toMatchObject(SIGNED_OUT)
  await signOut(desktop.session, new Date(), null)
  expect(await called(weak, call, body)).toMatchObject(SIGNED_OUT)
})

test.each(Object.entries(ANYBODY))('%s takes no session', async (call, body) => {
  expect(await called(new Browser(), call, body)).not.toMatchObject(SIGNED_OUT)
})

test('the description of the API says which calls take a strong session', () => {
  const { paths } = openApiDocument('http://localhost:3000', 'QR Login')
  const says = (call: string) => {
    const [method = '', route = ''] = call.split(' ')
    const operation = paths[`/api${route.replace('[id]', '{id}')}`]?.[method.toLowerCase()]
    return (
      JSON.stringify(operation).includes('`sign_in_required`') &&
      JSON.stringify(operation).includes('`reauthentication_required`')
    )
  }
  expect(Object.keys(STRONG).filter((call) => !says(call))).toEqual([])
})

test('of other devices, a weak session ends those that it let in', async () => {
  const child = await letIn(proven(desktop, new Date()), new Date())
  const end = ({ session }: SignedInDevice) => called(weak, 'DELETE /sessions/[id]', undefined, session.id)
  expect(await end(phone)).toMatchObject(WEAK)
  expect(await end(child)).toMatchObject({ status: 200, body: { ended: 1 } })
  expect(await end(desktop)).toMatchObject({ status: 200, body: { ended: 1 } })
})

test('a weak session declines, and does not report', async () => {
  expect(await called(weak, 'POST /login/[id]/reject', { scanToken, report: true })).toMatchObject(WEAK)
})
