import { beforeEach, expect, test } from 'vitest'
import { db } from './db'
import { claimDevice } from './devices'
import { requests } from './login/requests'
import { createSession } from './sessions/create'
import { signOut } from './sessions/end'
import { sweep } from './sweep'
import { later, locked, makePhone, makeUser, NOON, open, PHONE, type SignedInDevice } from './testing/people'

const DAY = 86_400

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
const left = async () => ({
  sessions: idsOf(await db().read((client) => client.session.findMany())),
  devices: idsOf(await db().read((client) => client.device.findMany())),
})

/** Another session in the same browser, which runs out at `expiresAt`. */
const signInAgain = ({ session, device }: SignedInDevice, expiresAt: Date) =>
  db().move(async (tx) => {
    const { userId } = session
    const account = await locked(tx, userId)
    const { id: deviceId } = await claimDevice(tx, { userId, cookie: device, agent: PHONE.agent }, NOON)
    const how = { method: 'password', proven: [], kind: 'own', address: null, agent: PHONE.agent } as const
    await createSession(account, { deviceId, expiresAt, ...how }, NOON)
  })

beforeEach(async () => {
  await db().write((tx) => tx.user.deleteMany())
})

test('removes requests after a day, sessions and audit entries after 180, and nothing before', async () => {
  const phone = await makePhone((await makeUser()).id, NOON, DAY)
  const living = await makePhone(phone.session.userId, NOON, 400 * DAY)
  await open()
  await signOut(phone.session, NOON, null)

  expect(await sweep(later(DAY))).toEqual({ requests: 0, sessions: 0, events: 0 })
  // A store that forgets has nothing left to remove.
  const over = requests().mayForget ? 0 : 1
  expect(await sweep(later(DAY + 301))).toEqual({ requests: over, sessions: 0, events: 0 })
  const { sessions, events } = await sweep(later(181 * DAY + 1))
  expect([sessions, events > 0]).toEqual([1, true])
  expect(await left()).toEqual({ sessions: [living.session.id], devices: [living.session.deviceId] })
})

test('a browser goes with the last of its sessions', async () => {
  const phone = await makePhone((await makeUser()).id, NOON, DAY)
  await signInAgain(phone, later(2 * DAY))
  await sweep(later(181 * DAY + 1))
  const between = await left()
  expect([between.sessions.length, between.devices]).toEqual([1, [phone.session.deviceId]])
  await sweep(later(182 * DAY + 1))
  expect(await left()).toEqual({ sessions: [], devices: [] })
})
