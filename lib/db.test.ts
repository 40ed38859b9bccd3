import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { db, Database, isUniqueViolation } from './db'
import { settings } from './env'
import { makeUser, NOON } from './testing/people'
import { newId } from './tokens'

const userData = (id = newId()) => ({
  id,
  name: 'Ada',
  email: `${id}@example.org`,
  passwordHash: 'none',
  createdAt: NOON,
})
const exists = (id: string) => db().read(async (client) => (await client.user.count({ where: { id } })) === 1)

/** Another process that holds the write lock until it is ended. */
async function lockFromOutside(): Promise<ChildProcess> {
  const script = `
    const db = require('better-sqlite3')(process.argv[1])
    db.exec('BEGIN EXCLUSIVE')
    console.log('locked')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['-e', script, settings().databaseFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  return child
}

test.each(Array.from({ length: 20 }, (_, i) => i))(
  'a move that rolls back takes no stranger’s read or write with it (%i)',
  async () => {
    const doomed = newId()
    const strangers = newId()
    let seenByStranger: boolean | undefined
    let strangerWrites: Promise<unknown> | undefined
    const failed = db().write(async (tx) => {
      await tx.user.create({ data: userData(doomed) })
      // While this move is open, somebody else reads, and somebody else writes.
      seenByStranger = await exists(doomed)
      strangerWrites = db().write((other) => other.user.create({ data: userData(strangers) }))
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    await strangerWrites
    expect(seenByStranger).toBe(false)
    expect(await exists(doomed)).toBe(false)
    expect(await exists(strangers)).toBe(true)
  },
)

test('a locked database refuses writes at once, keeps answering reads, and is fine again afterwards', async () => {
  const user = await makeUser()
  const lock = await lockFromOutside()
  try {
    const writes = Array.from({ length: 50 }, () => db().write((tx) => tx.user.create({ data: userData() })))
    const refused = Promise.allSettled(writes)
    for (let reads = 0; reads < 20; reads++) expect(await exists(user.id)).toBe(true)
    const results = await refused
    for (const result of results)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', extras: { retryAfter: 2 } },
      })
    // Each that had waited for the lock would have kept the whole process waiting.
    const spared = results.filter((result) =>
      String((result as PromiseRejectedResult).reason.cause).includes('just away'),
    )
    expect(spared.length).toBeGreaterThan(40)
  } finally {
    lock.kill()
    await once(lock, 'exit')
  }
  await vi.waitFor(() => db().write((tx) => tx.user.create({ data: userData() })), { timeout: 10_000 })
})

test('a burst of writes lets others be served in between', async () => {
  let served = 0
  const burst = Array.from({ length: 100 }, () => db().write((tx) => tx.user.create({ data: userData() })))
  const done = Promise.all(burst).then(() => true)
  const pause = () => new Promise<false>((resolve) => setTimeout(resolve, 0, false))
  while (!(await Promise.race([done, pause()]))) served++
  expect(served).toBeGreaterThan(12)
})

test('a broken reference is a bug, not an outage', async () => {
  const orphan = { id: newId(), userId: 'nobody', secretHash: 'x', kind: 'phone', createdAt: NOON }
  await expect(db().write((tx) => tx.device.create({ data: orphan }))).rejects.toMatchObject({
    code: 'P2003',
  })
})

test('a database that is not there is unavailable', async () => {
  const lost = new Database(path.join(settings().dataDir, 'no-such-folder', 'lost.db'))
  await expect(lost.read((client) => client.user.count())).rejects.toMatchObject({ code: 'unavailable' })
  await expect(lost.write((tx) => tx.user.count())).rejects.toMatchObject({ code: 'unavailable' })
})

test('a broken unique index is told apart from a fault', async () => {
  const data = userData()
  await db().write((tx) => tx.user.create({ data }))
  const error = await db()
    .write((tx) => tx.user.create({ data }))
    .catch((thrown: unknown) => thrown)
  expect(isUniqueViolation(error)).toBe(true)
})

test('writes that pile up are refused instead of waiting for ever', async () => {
  const crowd = Array.from({ length: 600 }, () => db().write((tx) => tx.user.count()))
  const results = await Promise.allSettled(crowd)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(500)
  expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
})

test('what waits for a commit is done after it, in order, once everybody can read what was written', async () => {
  const done: string[] = []
  const id = newId()
  let seen: Promise<boolean> | undefined
  await db().write(async (tx) => {
    db().afterCommit(tx, () => {
      done.push('first')
      seen = exists(id)
    })
    db().afterCommit(tx, () => done.push('second'))
    await tx.user.create({ data: userData(id) })
    expect(done).toEqual([])
  })
  expect(done).toEqual(['first', 'second'])
  expect(await seen).toBe(true)
})

test('what waits for a commit is not done where there is none', async () => {
  const done: string[] = []
  const failed = db().write(async (tx) => {
    db().afterCommit(tx, () => done.push('never'))
    await tx.user.create({ data: userData() })
    throw new Error('changed my mind')
  })
  await expect(failed).rejects.toThrow('changed my mind')
  const taken = newId()
  await db().write((tx) => tx.user.create({ data: userData(taken) }))
  const refused = db().write(async (tx) => {
    db().afterCommit(tx, () => done.push('never'))
    await tx.user.create({ data: userData(taken) })
  })
  await expect(refused).rejects.toSatisfy(isUniqueViolation)
  expect(done).toEqual([])
})

test('what fails after a commit neither undoes it nor keeps the rest from being done', async () => {
  const id = newId()
  const done: string[] = []
  await db().write(async (tx) => {
    db().afterCommit(tx, () => {
      throw new Error('nobody listens')
    })
    db().afterCommit(tx, () => done.push('next'))
    await tx.user.create({ data: userData(id) })
  })
  expect(done).toEqual(['next'])
  expect(await exists(id)).toBe(true)
  await db().write((tx) => tx.user.create({ data: userData() }))
})

test('nothing waits for the commit of what is no transaction', async () => {
  await db().read(async (client) => {
    expect(() => db().afterCommit(client, () => {})).toThrow('no transaction')
  })
})

test('what waits for one commit is not done by another', async () => {
  const done: string[] = []
  const failed = db().write(async (tx) => {
    db().afterCommit(tx, () => done.push('failed'))
    throw new Error('changed my mind')
  })
  const made = db().write(async (tx) => {
    db().afterCommit(tx, () => done.push('made'))
    await tx.user.create({ data: userData() })
  })
  await expect(failed).rejects.toThrow('changed my mind')
  await made
  expect(done).toEqual(['made'])
})

test('what waits for a commit is not done while the database is locked', async () => {
  const lock = await lockFromOutside()
  const done: string[] = []
  try {
    const refused = db().write(async (tx) => {
      db().afterCommit(tx, () => done.push('never'))
      await tx.user.create({ data: userData() })
    })
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' })
  } finally {
    lock.kill()
    await once(lock, 'exit')
  }
  await vi.waitFor(() => db().write((tx) => tx.user.create({ data: userData() })), { timeout: 10_000 })
  expect(done).toEqual([])
})
