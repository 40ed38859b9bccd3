import { expect, test } from 'vitest'
import { db } from './db'
import { requests } from './login/requests'
import { signOut } from './sessions/end'
import { sweep } from './sweep'
import { later, makePhone, makeUser, NOON, open } from './testing/people'

const DAY = 86_400

test('removes requests after a day, sessions and audit entries after 180, and nothing before', async () => {
  const phone = await makePhone((await makeUser()).id, NOON, 400 * DAY)
  const living = await makePhone(phone.session.userId, NOON, 400 * DAY)
  await open()
  await signOut(phone.session, NOON, null)

  expect(await sweep(later(DAY))).toEqual({ requests: 0, sessions: 0, events: 0 })
  // A store that forgets has nothing left to remove.
  const over = requests().mayForget ? 0 : 1
  expect(await sweep(later(DAY + 301))).toEqual({ requests: over, sessions: 0, events: 0 })
  const { sessions, events } = await sweep(later(180 * DAY + 1))
  expect([sessions, events > 0]).toEqual([1, true])
  const left = await db().read((client) => client.session.findMany())
  expect(left.map(({ id }) => id)).toEqual([living.session.id])
})
