/** Ids and numbers that are none, on every route that takes one: refused before anything is asked or written. */
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { db } from '@/lib/db'
import { Browser } from '@/lib/testing/browser'
import { makePhone, makeUser } from '@/lib/testing/people'
import { newId } from '@/lib/tokens'
import * as activity from './activity/route'
import * as login from './login/[id]/route'

type Route = Record<string, typeof login.GET>

const API = import.meta.dirname
const WITH_ID = fs
  .readdirSync(API, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\[id\].*route\.ts$/.test(file))

const NO_IDS = [
  '\0',
  `${'A'.repeat(21)}\0`,
  '',
  'x',
  newId() + 'A',
  `${newId()}\n`,
  'ä'.repeat(22),
  '..',
  '\ud800',
]
/** Of PostgreSQL's INTEGER and BIGINT, and of what JavaScript counts exactly, the first past the end. */
const TOO_LARGE = ['9007199254740992', '9223372036854775808', '1e400']
const NO_NUMBERS = [...TOO_LARGE, '-1', '1.5', 'x', '\0', 'NaN', 'Infinity']

let somebody: Browser
beforeAll(async () => {
  const phone = await makePhone((await makeUser()).id, new Date())
  somebody = new Browser()
  somebody.cookies.set('qrl-session', phone.token)
  somebody.cookies.set('qrl-device', phone.device)
})

describe.each(WITH_ID)('%s', (file) => {
  test.each(NO_IDS)('has nothing at %j', async (id) => {
    const route = (await import(path.join(API, file))) as Route
    const asked = [vi.spyOn(db(), 'query'), vi.spyOn(db(), 'write')]
    for (const method of Object.keys(route))
      expect(await somebody.call(route[method]!, method, { params: { id } })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      })
    for (const spy of asked) expect(spy).not.toHaveBeenCalled()
  })
})

test('those are all routes with an id', () => {
  expect(WITH_ID).toHaveLength(7)
})

test.each(NO_NUMBERS)('the activity begins before no entry %j', async (number) => {
  const query = `?before=${encodeURIComponent(number)}`
  expect(await somebody.call(activity.GET, 'GET', { query })).toMatchObject({
    status: 400,
    body: { code: 'invalid_input', fields: [{ field: 'before' }] },
  })
})

test.each(['2147483647', '2147483648', String(Number.MAX_SAFE_INTEGER)])(
  'before entry %s, which is not there, is nothing',
  async (number) => {
    const answer = await somebody.call(activity.GET, 'GET', { query: `?before=${number}` })
    expect(answer).toMatchObject({ status: 200, body: { entries: [], next: null } })
  },
)

test.each(NO_NUMBERS)('no long poll waits since %j', async (number) => {
  const query = `?wait=25&since=${encodeURIComponent(number)}`
  const answer = await new Browser().call(login.GET, 'GET', { params: { id: newId() }, query })
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
})
