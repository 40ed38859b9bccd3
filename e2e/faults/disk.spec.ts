/** A full disk under SQLite: calls that write say so, nothing is lost, and with room again all goes on by itself. */
import path from 'node:path'
import { test as base, expect } from '../fixtures'
import { approval, Client, openingDesktop, scannedRequest, signedInPhone } from '../support/client'
import { Rows } from '../support/database'
import { SmallDisk } from '../support/disk'
import { Patient, type Attempt } from '../support/patient'
import { Server } from '../support/server'
import { noteStates } from '../support/surviving'
import { count, lineOf } from '../support/tally'
import { isLacking } from '../../lib/testing/lacking'

const test = base.extend<{ disk: SmallDisk }>({
  disk: async ({}, provide) => {
    const disk = SmallDisk.mount()
    test.skip(isLacking(disk), 'no disk can be mounted here: run as root')
    await provide(disk!)
    disk!.unmount()
  },
})

test('a disk that is full, and has room again', async ({ disk }) => {
  const file = path.join(disk.folder, 'qr-login.db')
  const server = await Server.start({ sqlite: true, environment: { DATABASE_URL: `file:${file}` } })
  const rows = new Rows({ databaseUrl: undefined, databaseFile: file })
  const { pid } = server
  const patient = new Patient(server)
  const phone = await patient.phone()
  const people: Attempt[][] = [await patient.signIn(phone)]
  const approved = await scannedRequest(server)
  await approved.phone.post(`/api/login/${approved.id}/confirm`, approval(approved.scanToken))
  const { phone: reader } = await signedInPhone(server)
  const { desktop, id } = await openingDesktop(server)

  disk.fill()
  const refusals = [
    await new Client(server).post('/api/login'),
    await approved.desktop.authenticate('callback/qr', { id: approved.id }),
    await phone.post('/api/users', {
      name: 'Ada',
      email: 'full@example.org',
      password: 'correct horse battery',
    }),
  ]
  for (const { status, headers, body } of refusals) {
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  }
  // What only reads goes on.
  expect((await desktop.get(`/api/login/${id}`)).body).toMatchObject({ status: 'new' })
  expect(await reader.isSignedIn()).toBe(true)
  expect(await rows.sessionsOf(approved.id)).toEqual([])
  const waiting = Array.from({ length: 10 }, () => patient.signIn(phone))

  disk.free()
  people.push(...(await Promise.all(waiting)))
  await expect
    .poll(async () => (await approved.desktop.authenticate('callback/qr', { id: approved.id })).status)
    .toBe(200)
  people.push([{ id: approved.id, approved: true, sessionId: approved.desktop.sessionId }])
  await noteStates(people.flat(), rows)
  const tally = await count(people, rows)
  console.log(lineOf(`full disk, ${refusals.length} calls refused`, tally))
  expect(tally).toMatchObject({ signIns: 12, sessions: 12, lost: 0, doubled: 0 })
  expect(patient.wrong).toEqual([])
  expect(server.pid).toBe(pid)
  await rows.close()
  await server.dispose()
})
