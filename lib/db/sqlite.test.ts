import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { SqliteDatabase } from './sqlite'
import { isUniqueViolation } from './errors'
import { settings } from '../env'
import { AppError, isAppError } from '../errors'
import type { Device, User } from '../generated/prisma/client'
import { migrateSqlite } from '../migrations/sqlite'
import { databaseFile } from '../testing/database'
import { insertInto, join, matches, sql, type Runner, type Statement } from '../sql'
import { makeUser, NOON } from '../testing/people'
import { newId } from '../tokens'

type NewUser = Pick<User, 'id' | 'name' | 'email' | 'passwordHash' | 'createdAt'>
type NewDevice = Pick<Device, 'id' | 'userId' | 'secretHash' | 'kind' | 'createdAt'>

const userData = (id = newId()): NewUser => ({
  id,
  name: 'Ada',
  email: `${id}@example.org`,
  passwordHash: 'none',
  createdAt: NOON,
})
const orphan = (): NewDevice => ({
  id: newId(),
  userId: 'nobody',
  secretHash: 'x',
  kind: 'phone',
  createdAt: NOON,
})

/** A transaction, and what the tests do in it. */
interface Change {
  tx: Runner
  addUser: (user?: NewUser) => Promise<unknown>
  addDevice: (device: NewDevice) => Promise<unknown>
}
type Work<T> = (change: Change) => Promise<T>

const byStatements = (tx: Runner): Change => ({
  tx,
  addUser: (user = userData()) => tx.$queryRaw(insertInto('User', user)),
  addDevice: (device) => tx.$queryRaw(insertInto('Device', device)),
})

function writeModels<T>(work: Work<T>, database = db()): Promise<T> {
  return database.write((tx) =>
    work({
      tx,
      addUser: (data = userData()) => tx.user.create({ data }),
      addDevice: (data) => tx.device.create({ data }),
    }),
  )
}

function writeStatements<T>(work: Work<T>, database = db()): Promise<T> {
  return database.write((tx) => work(byStatements(tx)))
}

function move<T>(work: Work<T>, database = db()): Promise<T> {
  return database.move((tx) => work(byStatements(tx)))
}

const add = ({ addUser }: Change) => addUser()

/** Whether everybody can read it, whichever way they ask. */
async function exists(id: string, database = db()): Promise<boolean> {
  const select = sql`SELECT "id" FROM "User" WHERE ${matches<'User'>({ id })}`
  const [byModel, byStatement] = await Promise.all([
    database.read((client) => client.user.findUnique({ where: { id }, select: { id: true } })),
    database.query((client) => client.$queryRaw<{ id: string }[]>(select)),
  ])
  expect(byStatement).toEqual(byModel ? [byModel] : [])
  return byModel !== null
}

const existing = async (ids: string[], database = db()): Promise<string[]> => {
  const rows = await database.read((client) => client.user.findMany({ where: { id: { in: ids } } }))
  return ids.filter((id) => rows.some((row) => row.id === id))
}

/** Another process that holds the write lock until it is ended. */
async function lockFromOutside(): Promise<ChildProcess> {
  const script = `
    const db = require('better-sqlite3')(process.argv[1])
    db.exec('BEGIN EXCLUSIVE')
    console.log('locked')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['-e', script, databaseFile()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  return child
}

async function unlock(lock: ChildProcess): Promise<void> {
  lock.kill()
  await once(lock, 'exit')
}

/** A database of a test's own, where faults and pauses are nobody else's. */
async function makeDatabase(): Promise<SqliteDatabase> {
  const file = path.join(settings().dataDir, `${newId()}.db`)
  await migrateSqlite(file)
  const made = new SqliteDatabase(file)
  opened.push(made)
  return made
}
const opened: SqliteDatabase[] = []
afterAll(() => Promise.all(opened.map((database) => database.close())))

/** Writes more than the disk holds. */
async function fillDisk({ tx, addUser }: Change): Promise<void> {
  await tx.$queryRaw(sql`PRAGMA max_page_count = 1`)
  await addUser({ ...userData(), name: 'x'.repeat(1_000_000) })
}

describe.each([
  { way: 'a write by models', change: writeModels, together: 1 },
  { way: 'a write by statements', change: writeStatements, together: 1 },
  { way: 'a move', change: move, together: 20 },
])('$way', ({ change, together }) => {
  test('answers with what its work answers, and can be read at once', async () => {
    const id = newId()
    const answer = change(async ({ addUser }) => {
      await addUser(userData(id))
      return 'answer'
    })
    expect(await answer).toBe('answer')
    expect(await exists(id)).toBe(true)
  })

  test('sees what it has written itself', async () => {
    const id = newId()
    const seen = await change(async ({ tx, addUser }) => {
      await addUser(userData(id))
      return tx.$queryRaw(sql`SELECT "id" FROM "User" WHERE "id" = ${id}`)
    })
    expect(seen).toEqual([{ id }])
  })

  test.each(Array.from({ length: 20 }, (_, i) => i))(
    'that rolls back takes no stranger’s read or write with it (%i)',
    async () => {
      const doomed = newId()
      const strangers = [newId(), newId()] as const
      let seenByStranger: boolean | undefined
      let strangerWrites: Promise<unknown> | undefined
      const failed = change(async ({ addUser }) => {
        await addUser(userData(doomed))
        // While this one is open, somebody else reads, and others write.
        seenByStranger = await exists(doomed)
        strangerWrites = Promise.all([
          writeModels((other) => other.addUser(userData(strangers[0]))),
          move((other) => other.addUser(userData(strangers[1]))),
        ])
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      await strangerWrites
      expect(seenByStranger).toBe(false)
      expect(await exists(doomed)).toBe(false)
      expect(await exists(strangers[0])).toBe(true)
      expect(await exists(strangers[1])).toBe(true)
    },
  )

  test('takes no more statements once it is over', async () => {
    const [late, others] = [newId(), newId()]
    let over: Change | undefined
    await change(async (itself) => void (over = itself))
    await expect(over!.addUser(userData(late))).rejects.toThrow()
    const stray = change(async ({ addUser }) => {
      await addUser(userData(others))
      await expect(over!.addUser(userData(late))).rejects.toThrow()
    })
    await stray
    expect(await existing([late, others])).toEqual([others])
  })

  test('that fails before it begins is a bug, not an outage', async () => {
    const failed = change(() => {
      throw new Error('at once')
    })
    await expect(failed).rejects.toThrow('at once')
    await change(add)
  })

  test.each([
    ['as they are', new AppError('wrong_state')],
    [
      'even where another program is away',
      new AppError('unavailable', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
    ],
  ])('hands on our own refusals %s', async (_, refusal) => {
    const id = newId()
    const refused = change(async ({ addUser }) => {
      await addUser(userData(id))
      throw refusal
    })
    expect(await refused.catch((thrown: unknown) => thrown)).toBe(refusal)
    expect(await exists(id)).toBe(false)
    await change(add)
  })

  test('to a locked database is refused at once while reads are answered, and is fine again afterwards', async () => {
    const user = await makeUser()
    const ids = Array.from({ length: 50 }, () => newId())
    const lock = await lockFromOutside()
    try {
      const refused = Promise.allSettled(ids.map((id) => change(({ addUser }) => addUser(userData(id)))))
      for (let reads = 0; reads < 20; reads++) expect(await exists(user.id)).toBe(true)
      const results = await refused
      for (const result of results)
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { code: 'unavailable', extras: { retryAfter: 2 } },
        })
      // Each that had waited for the lock would have kept the whole process waiting.
      const causes = new Set(results.map((result) => (result as PromiseRejectedResult).reason.cause))
      const waited = [...causes].filter((cause) => !String(cause).includes('just away'))
      expect(waited.length).toBeGreaterThan(0)
      expect(waited.length).toBeLessThan(10)
    } finally {
      await unlock(lock)
    }
    await vi.waitFor(() => change(add), { timeout: 10_000 })
    expect(await existing(ids)).toEqual([])
  })

  test('lets others be served in between', async () => {
    let over = false
    let inARow = 0
    let longest = 0
    const serveOthers = () => {
      inARow = 0
      if (!over) setImmediate(serveOthers)
    }
    serveOthers()
    const burst = Array.from({ length: 100 }, () =>
      change(async ({ addUser }) => {
        longest = Math.max(longest, ++inARow)
        await addUser()
      }),
    )
    await Promise.all(burst).finally(() => (over = true))
    expect(longest).toBe(together)
  })

  test('with a broken reference is a bug, not an outage', async () => {
    const id = newId()
    const broken = change(async ({ addUser, addDevice }) => {
      await addUser(userData(id))
      await addDevice(orphan())
    })
    const error = await broken.catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/foreign key constraint/i)
    expect(isAppError(error)).toBe(false)
    expect(isUniqueViolation(error)).toBe(false)
    expect(await exists(id)).toBe(false)
    await change(add)
  })

  test('that breaks a unique index is told apart from a fault', async () => {
    const data = userData()
    await change(({ addUser }) => addUser(data))
    for (const twice of [
      { ...data, email: 'other@example.org' },
      { ...data, id: newId() },
    ]) {
      const before = newId()
      const broken = change(async ({ addUser }) => {
        await addUser(userData(before))
        await addUser(twice)
      })
      const error = await broken.catch((thrown: unknown) => thrown)
      expect(isUniqueViolation(error)).toBe(true)
      expect(isAppError(error)).toBe(false)
      expect(await exists(before)).toBe(false)
      await change(add)
    }
  })

  test('may go on after a broken unique index', async () => {
    const data = userData()
    const [before, after] = [newId(), newId()]
    await change(({ addUser }) => addUser(data))
    await change(async ({ addUser }) => {
      await addUser(userData(before))
      await expect(addUser(data)).rejects.toSatisfy(isUniqueViolation)
      await addUser(userData(after))
    })
    expect(await existing([before, after])).toEqual([before, after])
  })

  describe('in which the database fails', () => {
    let database: SqliteDatabase
    let now: number
    beforeEach(async () => {
      database = await makeDatabase()
      now = performance.now()
      vi.spyOn(performance, 'now').mockImplementation(() => now)
    })

    test('is unavailable and undone, and so is every other for one second', async () => {
      const id = newId()
      const failed = change(async (itself) => {
        await itself.addUser(userData(id))
        await fillDisk(itself)
      }, database)
      await expect(failed).rejects.toMatchObject({ code: 'unavailable', extras: { retryAfter: 2 } })
      now += 999
      for (const refused of [writeModels(add, database), move(add, database)]) {
        const error: unknown = await refused.catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ code: 'unavailable', extras: { retryAfter: 2 } })
        expect(String((error as AppError).cause)).toContain('just away')
      }
      expect(await exists(id, database)).toBe(false)
      now += 1
      await change(({ addUser }) => addUser(userData(id)), database)
      await writeModels(add, database)
      await move(add, database)
      expect(await exists(id, database)).toBe(true)
    })
  })

  describe('tells after its commit', () => {
    test('in order, once everybody can read what was written', async () => {
      const done: string[] = []
      const id = newId()
      let seen: Promise<boolean> | undefined
      await change(async ({ tx, addUser }) => {
        db().afterCommit(tx, () => {
          done.push('first')
          seen = exists(id)
        })
        db().afterCommit(tx, () => done.push('second'))
        await addUser(userData(id))
        expect(done).toEqual([])
      })
      expect(done).toEqual(['first', 'second'])
      expect(await seen).toBe(true)
    })

    test('and not where there is none', async () => {
      const done: string[] = []
      const failed = change(async ({ tx, addUser }) => {
        db().afterCommit(tx, () => done.push('never'))
        await addUser()
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      const taken = newId()
      await change(({ addUser }) => addUser(userData(taken)))
      const refused = change(async ({ tx, addUser }) => {
        db().afterCommit(tx, () => done.push('never'))
        await addUser(userData(taken))
      })
      await expect(refused).rejects.toSatisfy(isUniqueViolation)
      expect(done).toEqual([])
    })

    test('and what fails then neither undoes it nor keeps the rest from being done', async () => {
      const id = newId()
      const done: string[] = []
      await change(async ({ tx, addUser }) => {
        db().afterCommit(tx, () => {
          throw new Error('nobody listens')
        })
        db().afterCommit(tx, () => done.push('next'))
        await addUser(userData(id))
      })
      expect(done).toEqual(['next'])
      expect(await exists(id)).toBe(true)
      await change(add)
    })

    test('and not after the commit of another', async () => {
      const done: string[] = []
      const failed = change(async ({ tx }) => {
        db().afterCommit(tx, () => done.push('failed'))
        throw new Error('changed my mind')
      })
      const made = change(async ({ tx, addUser }) => {
        db().afterCommit(tx, () => done.push('made'))
        await addUser()
      })
      await expect(failed).rejects.toThrow('changed my mind')
      await made
      expect(done).toEqual(['made'])
    })

    test('and not while the database is locked', async () => {
      const lock = await lockFromOutside()
      const done: string[] = []
      try {
        const refused = change(async ({ tx, addUser }) => {
          db().afterCommit(tx, () => done.push('never'))
          await addUser()
        })
        await expect(refused).rejects.toMatchObject({ code: 'unavailable' })
      } finally {
        await unlock(lock)
      }
      await vi.waitFor(() => change(add), { timeout: 10_000 })
      expect(done).toEqual([])
    })
  })
})

describe('moves that wait one behind the other', () => {
  test('are committed together, and none is over before', async () => {
    const ids = [newId(), newId(), newId()]
    const told: string[] = []
    let seenFromOutside: string[] | undefined
    let seenFromWithin: unknown[] | undefined
    let seenAfterwards: Promise<string[]> | undefined
    const moves = ids.map((id, index) =>
      move(async ({ tx, addUser }) => {
        await addUser(userData(id))
        db().afterCommit(tx, () => {
          told.push(id)
          seenAfterwards ??= existing(ids)
        })
        if (index < 2) return
        seenFromOutside = await existing(ids)
        seenFromWithin = await tx.$queryRaw<unknown[]>(
          sql`SELECT "id" FROM "User" WHERE ${matches<'User'>({ id: ids })}`,
        )
        expect(told).toEqual([])
      }).then(() => told.push(`${id} is over`)),
    )
    await Promise.all(moves)
    expect(seenFromOutside).toEqual([])
    expect(seenFromWithin).toHaveLength(3)
    expect(await seenAfterwards).toEqual(ids)
    expect(told).toEqual([...ids, ...ids.map((id) => `${id} is over`)])
  })

  test('stand or fall alone, and each has a result of its own', async () => {
    const made = Array.from({ length: 50 }, (_, index) => ({ id: newId(), index }))
    const isDoomed = ({ index }: { index: number }) => index % 3 === 1
    const told: number[] = []
    const results = await Promise.allSettled(
      made.map((each) =>
        move(async ({ tx, addUser }) => {
          db().afterCommit(tx, () => told.push(each.index))
          await addUser(userData(each.id))
          if (isDoomed(each)) throw each
          return each
        }),
      ),
    )
    for (const [index, result] of results.entries())
      if (isDoomed(made[index]!)) expect((result as PromiseRejectedResult).reason).toBe(made[index])
      else expect((result as PromiseFulfilledResult<unknown>).value).toBe(made[index])
    const standing = made.filter((each) => !isDoomed(each))
    expect(await existing(made.map(({ id }) => id))).toEqual(standing.map(({ id }) => id))
    expect(told).toEqual(standing.map(({ index }) => index))
  })

  test('are not undone by one among them that breaks a unique index', async () => {
    const [first, undone, last] = [newId(), newId(), newId()]
    const results = await Promise.allSettled([
      move(({ addUser }) => addUser(userData(first))),
      move(async ({ addUser }) => {
        await addUser(userData(undone))
        await addUser(userData(first))
      }),
      move(({ addUser }) => addUser(userData(last))),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((results[1] as PromiseRejectedResult).reason).toSatisfy(isUniqueViolation)
    expect(await existing([first, undone, last])).toEqual([first, last])
  })

  test('don’t see what one before them took back', async () => {
    const id = newId()
    const failed = move(async ({ addUser }) => {
      await addUser(userData(id))
      throw new Error('changed my mind')
    })
    const next = move(({ addUser }) => addUser(userData(id)))
    await expect(failed).rejects.toThrow('changed my mind')
    await next
    expect(await exists(id)).toBe(true)
  })

  test('can’t be reached by what one before them left running', async () => {
    const stray = newId()
    let left: Promise<unknown> | undefined
    const [hasBegun, begin] = gate()
    const [hasStrayed, tellStrayed] = gate()
    const failed = move(async ({ addUser }) => {
      left = hasBegun.then(() => addUser(userData(stray))).finally(tellStrayed)
      throw new Error('changed my mind')
    })
    const next = move(async ({ addUser }) => {
      begin()
      await hasStrayed
      await addUser()
    })
    await expect(failed).rejects.toThrow('changed my mind')
    await expect(left).rejects.toThrow('over')
    await next
    expect(await exists(stray)).toBe(false)
  })
})

/** A promise, and what keeps it. */
function gate(): [Promise<void>, () => void] {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return [opened, open]
}

describe('a fault among moves that wait together', () => {
  let database: SqliteDatabase
  let now: number
  beforeEach(async () => {
    database = await makeDatabase()
    now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })

  test.each<[string, string, Work<unknown>]>([
    ['a full disk', 'SQLITE_FULL', fillDisk],
    [
      'a full disk that the move does not mind',
      'SQLITE_FULL',
      async (change) => {
        await fillDisk(change).catch(() => {})
        await change.addUser().catch(() => {})
      },
    ],
    [
      'a file that can’t be written',
      'SQLITE_READONLY',
      async ({ tx, addUser }) => {
        await tx.$queryRaw(sql`PRAGMA query_only = ON`)
        await addUser()
      },
    ],
  ])('(%s) undoes them all, and after a second all is well', async (_, code, fail) => {
    const before = await countUsers()
    const ids = [newId(), newId(), newId()]
    const ran: string[] = []
    const told: string[] = []
    const adding = (id: string) => (change: Change) => {
      ran.push(id)
      database.afterCommit(change.tx, () => told.push(id))
      return change.addUser(userData(id))
    }
    const failing: Work<unknown> = async (change) => {
      database.afterCommit(change.tx, () => told.push('failing'))
      await fail(change)
    }
    const group = [adding(ids[0]!), adding(ids[1]!), failing, adding(ids[2]!)]
    const results = await Promise.allSettled(group.map((work) => move(work, database)))
    for (const result of results)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', extras: { retryAfter: 2 }, cause: { code } },
      })
    expect(ran).toEqual(ids.slice(0, 2))
    expect(await countUsers()).toBe(before)
    now += 1_000
    await Promise.all(ids.map((id) => move(adding(id), database)))
    expect(told).toEqual(ids)
    expect(await existing(ids, database)).toEqual(ids)
  })

  const countUsers = () => database.read((client) => client.user.count())

  test('refuses those that wait behind it without running them', async () => {
    const ran: number[] = []
    const crowd = Array.from({ length: 50 }, (_, index) =>
      move(async (change) => {
        ran.push(index)
        await fillDisk(change)
      }, database),
    )
    const results = await Promise.allSettled(crowd)
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    expect(ran).toEqual([0])
  })
})

describe('writes and moves', () => {
  const noted = async (loginRequestId: string) => {
    const where = { loginRequestId }
    const rows = await db().read((client) => client.auditEvent.findMany({ where, orderBy: { id: 'asc' } }))
    return rows.map(({ detail }) => detail)
  }
  const note = (loginRequestId: string, detail: string) => (tx: Runner) =>
    tx.$queryRaw(insertInto('AuditEvent', { at: NOON, type: 'login_opened', loginRequestId, detail }))
  const names = (count: number) => Array.from({ length: count }, (_, index) => String(index))

  test.each<[string, (index: number) => boolean]>([
    ['in turns', (index) => index % 2 === 0],
    ['with several moves between two writes', (index) => index % 7 === 3],
    ['with several writes between two moves', (index) => index % 7 !== 3],
    ['with more moves between two writes than are committed together', (index) => index % 50 === 0],
  ])('happen in the order of their calls, %s', async (_, isWrite) => {
    const request = newId()
    const all = names(120)
    const over: string[] = []
    await Promise.all(
      all.map(async (name, index) => {
        if (isWrite(index)) await db().write(note(request, name))
        else await db().move(note(request, name))
        over.push(name)
      }),
    )
    expect(await noted(request)).toEqual(all)
    expect(over).toEqual(all)
  })

  test('that are called while another runs come after those that waited already', async () => {
    const request = newId()
    const late: Promise<unknown>[] = []
    const waited = ['write', 'move', 'write', 'move', 'move'].map((kind, index) => {
      const run = async (tx: Runner) => {
        await note(request, String(index))(tx)
        late.push(db().move(note(request, `${index} then a move`)))
        late.push(db().write(note(request, `${index} then a write`)))
      }
      return kind === 'write' ? db().write(run) : db().move(run)
    })
    await Promise.all(waited)
    await Promise.all(late)
    const order = await noted(request)
    expect(order.slice(0, 5)).toEqual(names(5))
    expect(order.slice(5)).toEqual(
      names(5).flatMap((name) => [`${name} then a move`, `${name} then a write`]),
    )
  })

  test('go on in the same order after one of them failed', async () => {
    const request = newId()
    const fail = async (tx: Runner) => {
      await note(request, 'never')(tx)
      throw new Error('changed my mind')
    }
    const results = await Promise.allSettled([
      db().move(note(request, '0')),
      db().move(fail),
      db().write(note(request, '1')),
      db().write(fail),
      db().move(note(request, '2')),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(await noted(request)).toEqual(names(3))
  })

  test('that pile up are refused instead of waiting for ever', async () => {
    let ran = 0
    const count = async () => void ran++
    const crowd = names(600).map((_, index) => (index % 2 === 0 ? db().write(count) : db().move(count)))
    const results = await Promise.allSettled(crowd)
    expect(results.slice(0, 500).filter(({ status }) => status === 'rejected')).toEqual([])
    for (const result of results.slice(500))
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', extras: { retryAfter: 2 } },
      })
    expect(ran).toBe(500)
    await db().write(count)
    await db().move(count)
    expect(ran).toBe(502)
  })

  test('that wait when the database is closed are done before', async () => {
    const closing = new SqliteDatabase(databaseFile())
    const request = newId()
    await closing.move((tx) => tx.$queryRaw(sql`SELECT 1`))
    const waiting = Promise.all([
      closing.move(note(request, '0')),
      closing.write(note(request, '1')),
      closing.move(note(request, '2')),
    ])
    await closing.close()
    await waiting
    expect(await noted(request)).toEqual(names(3))
  })
})

describe('a database that is not there', () => {
  const ask = sql`SELECT count(*) FROM "User"`
  let lost: SqliteDatabase
  beforeEach(
    () => void (lost = new SqliteDatabase(path.join(settings().dataDir, 'no-such-folder', 'lost.db'))),
  )
  afterEach(() => lost.close())

  test.each<[string, () => Promise<unknown>]>([
    ['a read', () => lost.read((client) => client.user.count())],
    ['a query', () => lost.query((client) => client.$queryRaw(ask))],
    ['a write', () => lost.write((tx) => tx.user.count())],
    ['a move', () => lost.move((tx) => tx.$queryRaw(ask))],
  ])('is unavailable for %s', async (_, use) => {
    const error: unknown = await use().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unavailable', extras: { retryAfter: 2 } })
    expect(String((error as AppError).cause)).not.toContain('just away')
  })

  test('is not made by a query or a move', async () => {
    const file = path.join(settings().dataDir, `${newId()}.db`)
    const missing = new SqliteDatabase(file)
    opened.push(missing)
    await expect(missing.query((client) => client.$queryRaw(ask))).rejects.toMatchObject({
      code: 'unavailable',
    })
    await expect(missing.move((tx) => tx.$queryRaw(ask))).rejects.toMatchObject({ code: 'unavailable' })
    expect(fs.existsSync(file)).toBe(false)
    await migrateSqlite(file)
    expect(await missing.query((client) => client.$queryRaw(sql`SELECT "id" FROM "User"`))).toEqual([])
  })
})

const BUGS: [string, Statement, RegExp][] = [
  ['is none', sql`INSERT INTO "User" VALUES VALUES`, /syntax error/],
  [
    'asks for a table that is not there',
    sql`SELECT * FROM "Nothing"`,
    /no such table|table `Nothing` does not exist/i,
  ],
  [
    'has too many values',
    sql`SELECT "id" FROM "User" WHERE "id" IN (${join(Array.from({ length: 40_000 }, String))})`,
    /too many SQL variables/,
  ],
]

describe.each(BUGS)('a statement that %s is a bug, not an outage,', (_, statement, message) => {
  let database: SqliteDatabase
  beforeEach(async () => {
    database = await makeDatabase()
    // A pause of writes would not end.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  })
  const isBug = (error: unknown) => !isAppError(error) && message.test(String(error))

  test.each([
    ['in models', writeModels],
    ['in statements by Prisma', writeStatements],
    ['in a move', move],
  ])('%s: its change is undone, others go on', async (_, change) => {
    const [before, broken, after] = [newId(), newId(), newId()]
    const outcomes = await Promise.allSettled([
      move(({ addUser }) => addUser(userData(before)), database),
      change(async ({ tx, addUser }) => {
        await addUser(userData(broken))
        await tx.$queryRaw(statement)
      }, database),
      move(({ addUser }) => addUser(userData(after)), database),
    ])
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }, { status: 'fulfilled' }])
    expect((outcomes[1] as PromiseRejectedResult).reason).toSatisfy(isBug)
    expect(await existing([before, broken, after], database)).toEqual([before, after])
    await writeModels(add, database)
  })

  test('in a read', async () => {
    const reads = [
      database.query((client) => client.$queryRaw(statement)),
      database.read((client) => client.$queryRaw(statement)),
    ]
    for (const read of reads) await expect(read).rejects.toSatisfy(isBug)
  })
})

test('nothing waits for the commit of what is no transaction', async () => {
  await db().read(async (client) => {
    expect(() => db().afterCommit(client, () => {})).toThrow('no transaction')
  })
  await db().query(async (client) => {
    expect(() => db().afterCommit(client, () => {})).toThrow('no transaction')
  })
})
