/** The long poll's patience: every way to wake it, and that it leaves nothing behind. */
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { settings } from '../env'
import { AppError } from '../errors'
import { endHeld, heldCount } from '../limits/held'
import { endAsDesktop } from '../login/desktop'
import { DESKTOP, NOON, open } from '../testing/people'
import { newId } from '../tokens'
import { bus } from '../bus'
import { waitForMove } from './wait'
import { watch, type Watch } from './watch'

const HERE = '192.0.2.1'
const SAFETY_MS = 60_000
const HELD = Symbol.for('qr-login.held')
const WATCH = Symbol.for('qr-login.watch')
const shared = globalThis as { [HELD]?: unknown; [WATCH]?: Watch }

let opened: Awaited<ReturnType<typeof open>>
let leaving: AbortController

beforeEach(async () => {
  delete shared[HELD]
  delete shared[WATCH]
  await db().read((client) => client.user.count())
  vi.useFakeTimers({
    now: NOON,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  opened = await open()
  leaving = new AbortController()
})

/** Nobody listens, nobody is counted, no timer runs: the watch lets go of what nobody waits for. */
afterEach(async () => {
  expect(heldCount()).toBe(0)
  expect(getEventListeners(leaving.signal, 'abort')).toEqual([])
  for (let i = 0; i < 3; i++) await vi.advanceTimersByTimeAsync(SAFETY_MS)
  expect(watch().size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A wait that has begun, and whether it is over. */
async function waiting(revision = 1, seconds = 25) {
  const wait = { over: false, done: Promise.resolve() }
  wait.done = waitForMove(opened.id, revision, seconds, HERE, leaving.signal).then(() => {
    wait.over = true
  })
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  return wait
}

const withdraw = () => endAsDesktop(opened.id, opened.secret, 'withdrawn', DESKTOP, NOON)

describe('a wait ends', () => {
  test('when the request moves', async () => {
    const wait = await waiting()
    expect([wait.over, heldCount()]).toEqual([false, 1])
    await withdraw()
    await wait.done
    expect(await watch().read(opened.id)).toMatchObject({ state: 'rejected', revision: 2 })
  })

  test('when its time is over, and no sooner', async () => {
    const wait = await waiting(1, 25)
    await vi.advanceTimersByTimeAsync(24_999)
    expect(wait.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(wait.over).toBe(true)
  })

  test('when its caller leaves', async () => {
    const wait = await waiting()
    leaving.abort()
    await wait.done
    expect(heldCount()).toBe(0)
  })

  test('when the server stops', async () => {
    const first = await waiting()
    const second = await waiting()
    expect(heldCount()).toBe(2)
    endHeld()
    await Promise.all([first.done, second.done])
    await expect(waitForMove(opened.id, 1, 25, HERE, leaving.signal)).rejects.toMatchObject({
      code: 'busy',
    })
  })

  test('for all who wait for the same request', async () => {
    const waits = await Promise.all(Array.from({ length: 5 }, () => waiting()))
    expect(heldCount()).toBe(5)
    await withdraw()
    await Promise.all(waits.map(({ done }) => done))
  })
})

describe('a wait goes on', () => {
  test('when another request moves', async () => {
    const other = await open()
    const wait = await waiting()
    await endAsDesktop(other.id, other.secret, 'withdrawn', DESKTOP, NOON)
    await new Promise(setImmediate)
    expect(wait.over).toBe(false)
    leaving.abort()
    await wait.done
  })

  test('and asks the database for nothing', async () => {
    const read = vi.spyOn(db(), 'query')
    const wait = await waiting()
    await vi.advanceTimersByTimeAsync(25_000)
    expect(wait.over).toBe(true)
    expect(read).not.toHaveBeenCalled()
  })
})

describe('a wait does not begin', () => {
  test('where the request has moved already', async () => {
    await withdraw()
    expect((await waiting(1)).over).toBe(true)
  })

  test('where a move comes between the caller’s look and the wait', async () => {
    const read = watch().read.bind(watch())
    vi.spyOn(watch(), 'read').mockImplementationOnce(async (id) => {
      await withdraw()
      return read(id)
    })
    const wait = await waiting(1)
    await wait.done
    expect(wait.over).toBe(true)
  })

  test('where there is no such request', async () => {
    await waitForMove(newId(), 1, 25, HERE, leaving.signal)
  })

  test('where the caller is gone', async () => {
    leaving.abort()
    expect((await waiting()).over).toBe(true)
  })

  test('where no more connections are held', async () => {
    vi.spyOn(settings(), 'maxStreams', 'get').mockReturnValue(1)
    const wait = await waiting()
    await expect(waitForMove(opened.id, 1, 25, HERE, leaving.signal)).rejects.toMatchObject({
      code: 'busy',
      extras: { retryAfter: 30 },
    })
    expect(heldCount()).toBe(1)
    leaving.abort()
    await wait.done
  })

  test('where the database can’t say', async () => {
    bus().publish(opened.id)
    vi.spyOn(db(), 'query').mockRejectedValueOnce(new AppError('unavailable', { retryAfter: 2 }))
    await expect(waitForMove(opened.id, 1, 25, HERE, leaving.signal)).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})
