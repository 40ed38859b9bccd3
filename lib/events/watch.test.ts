/** The watch on waiting requests, with a bus that can be broken and a real database whose reads are counted. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { AppError } from '../errors'
import { endAsDesktop } from '../login/desktop'
import { metrics } from '../metrics'
import { DESKTOP, makePhone, makeUser, NOON, open, openAndScan } from '../testing/people'
import { newId } from '../tokens'
import { bus, type Listener } from '../bus'
import { MemoryBus } from '../bus/memory'
import { Watch, watch, type Watched } from './watch'

const SAFETY_MS = 60_000
const BEAT_MS = 5_000
const MAX_KEPT = 100_000

/** A bus whose messages can be lost, or kept back until `deliver`. */
class FaultyBus extends MemoryBus {
  mode: 'sound' | 'deaf' | 'slow' = 'sound'
  readonly #late: string[] = []
  listeners = 0

  override publish(message: string): void {
    if (this.mode === 'sound') super.publish(message)
    if (this.mode === 'slow') this.#late.push(message)
  }

  override subscribe(listener: Listener): () => void {
    this.listeners++
    const leave = super.subscribe(listener)
    return () => {
      this.listeners--
      leave()
    }
  }

  deliver(): void {
    for (const message of this.#late.splice(0)) super.publish(message)
  }
}

let faulty: FaultyBus
let own: Watch
let reads: () => number

const WATCH = Symbol.for('qr-login.watch')
const shared = globalThis as { [WATCH]?: Watch }

beforeEach(async () => {
  // The process's own keeps nothing here, so that all reads and timers are those of the one that is tested.
  delete shared[WATCH]
  vi.spyOn(watch(), 'remember').mockReturnValue()
  // What Prisma needs at first is loaded before the clock stands still.
  await db().read((client) => client.user.count())
  vi.useFakeTimers({
    now: NOON,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  faulty = new FaultyBus()
  own = new Watch(faulty, SAFETY_MS)
  const spy = vi.spyOn(db(), 'query')
  let before = 0
  reads = () => {
    const since = spy.mock.calls.length - before
    before = spy.mock.calls.length
    return since
  }
})
afterEach(() => void vi.useRealTimers())

/** Lets reads that are under way come to their end. */
async function settled(): Promise<void> {
  const { calls, settledResults } = vi.mocked(db().query).mock
  do await new Promise(setImmediate)
  while (settledResults.length < calls.length || settledResults.some(({ type }) => type === 'incomplete'))
  await new Promise(setImmediate)
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await settled()
}

/** Ends a request; who hears of it is up to the process's own bus, and `own` listens to another one. */
const withdraw = ({ id, secret }: { id: string; secret: string }) =>
  endAsDesktop(id, secret, 'withdrawn', DESKTOP, NOON)

const aRow = (id = newId()): Watched => ({
  id,
  state: 'new',
  reason: null,
  revision: 1,
  desktopSecretHash: 'x',
  scanUserId: null,
  proofs: '',
  number: null,
  createdAt: NOON,
  expiresAt: new Date(NOON.getTime() + 300_000),
})

describe('while the bus is healthy', () => {
  test('a request is read once, however often and long it is asked for', async () => {
    const { id } = await open()
    reads()
    for (let minute = 0; minute < 2; minute++) {
      for (let ask = 0; ask < 10; ask++) {
        expect(await own.read(id)).toMatchObject({ id, revision: 1 })
        await vi.advanceTimersByTimeAsync(5_000)
      }
      expect(reads()).toBe(minute === 0 ? 1 : 0)
      await pass(10_000)
      // That was the safety read.
      expect(reads()).toBe(1)
    }
  })

  test('no more is kept of a row than a view needs', async () => {
    const { request } = await open()
    own.remember(request)
    expect(Object.keys((await own.read(request.id))!).sort()).toEqual(Object.keys(aRow()).sort())
    const found = await new Watch(faulty, SAFETY_MS).read(request.id)
    expect(Object.keys(found!).sort()).toEqual(Object.keys(aRow()).sort())
  })

  test('a change is read anew, once, and told to each who listens', async () => {
    const opened = await open()
    const told: string[] = []
    own.subscribe(opened.id, () => told.push('first'))
    own.subscribe(opened.id, () => told.push('second'))
    await own.read(opened.id)
    await withdraw(opened)
    reads()
    faulty.publish(opened.id)
    expect(told).toEqual(['first', 'second'])
    const seen = await Promise.all(Array.from({ length: 10 }, () => own.read(opened.id)))
    for (const row of seen) expect(row).toMatchObject({ state: 'rejected', revision: 2 })
    expect(await own.read(opened.id)).toMatchObject({ revision: 2 })
    expect(reads()).toBe(1)
  })

  test('what changes elsewhere is nobody’s here', async () => {
    const { id } = await open()
    let told = 0
    own.subscribe(id, () => told++)
    await own.read(id)
    faulty.publish(newId())
    faulty.publish('')
    expect(told).toBe(0)
    expect(own.size).toBe(1)
  })

  test('who has left is told nothing more', async () => {
    const { id } = await open()
    let told = 0
    const leave = own.subscribe(id, () => told++)
    own.subscribe(id, () => {})
    leave()
    leave()
    faulty.publish(id)
    expect(told).toBe(0)
  })

  test('readers that come together share one query', async () => {
    const { id } = await open()
    reads()
    const rows = await Promise.all(Array.from({ length: 50 }, () => own.read(id)))
    expect(new Set(rows).size).toBe(1)
    expect(reads()).toBe(1)
  })
})

describe('a read that a change overtakes', () => {
  test('is kept by nobody, and who asks after the change gets the row as it is then', async () => {
    const opened = await open()
    own.subscribe(opened.id, () => {})
    const overtaken = own.read(opened.id)
    await withdraw(opened)
    faulty.publish(opened.id)
    const after = own.read(opened.id)
    expect(await after).toMatchObject({ revision: 2 })
    await overtaken
    expect(await own.read(opened.id)).toMatchObject({ revision: 2 })
  })

  test('keeps nothing stale, even where its answer comes last', async () => {
    const opened = await open()
    const { id } = opened
    const stale = await db().read((client) => client.loginRequest.findUnique({ where: { id } }))
    let answer = (_: unknown) => {}
    vi.mocked(db().query).mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
    own.subscribe(id, () => {})
    const overtaken = own.read(id)
    await withdraw(opened)
    faulty.publish(id)
    expect(await own.read(id)).toMatchObject({ revision: 2 })
    answer([stale])
    expect(await overtaken).toMatchObject({ revision: 1 })
    expect(await own.read(id)).toMatchObject({ revision: 2 })
  })

  test('keeps nothing stale where nobody listens and the request was let go meanwhile', async () => {
    const opened = await open()
    const { id } = opened
    const stale = await db().read((client) => client.loginRequest.findUnique({ where: { id } }))
    let answer = (_: unknown) => {}
    vi.mocked(db().query).mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
    const overtaken = own.read(id)
    await withdraw(opened)
    faulty.publish(id)
    expect(await own.read(id)).toMatchObject({ revision: 2 })
    answer([stale])
    await overtaken
    expect(await own.read(id)).toMatchObject({ revision: 2 })
    expect(own.size).toBe(1)
  })
})

describe('where the bus is not to be believed', () => {
  test('every read asks the database', async () => {
    faulty.mode = 'deaf'
    const opened = await open()
    reads()
    for (let i = 0; i < 3; i++) expect(await own.read(opened.id)).toMatchObject({ revision: 1 })
    await withdraw(opened)
    expect(await own.read(opened.id)).toMatchObject({ revision: 2 })
    expect(own.isHealthy).toBe(false)
    expect(reads()).toBe(5)
  })

  test('it is noticed within ten seconds of falling silent, and its return at the next beat', async () => {
    const { id } = await open()
    await own.read(id)
    expect(own.isHealthy).toBe(true)
    faulty.mode = 'deaf'
    await pass(2 * BEAT_MS)
    expect(own.isHealthy).toBe(false)
    reads()
    await own.read(id)
    expect(reads()).toBe(1)
    faulty.mode = 'sound'
    await pass(BEAT_MS)
    expect(own.isHealthy).toBe(true)
    reads()
    await own.read(id)
    expect(reads()).toBe(0)
  })

  test('its silence can be measured', async () => {
    const lag = async () => (await metrics().busLag.get()).values[0]?.value
    faulty.mode = 'deaf'
    own.subscribe((await open()).id, () => {})
    await pass(4 * BEAT_MS)
    expect(await lag()).toBe((4 * BEAT_MS) / 1000)
    faulty.mode = 'sound'
    await pass(BEAT_MS)
    expect(await lag()).toBeLessThan(1)
  })

  test('what it brings late is still heard', async () => {
    faulty.mode = 'slow'
    const { id } = await open()
    let told = 0
    own.subscribe(id, () => told++)
    await own.read(id)
    expect(own.isHealthy).toBe(false)
    faulty.publish(id)
    expect(told).toBe(0)
    faulty.deliver()
    expect(told).toBe(1)
    expect(own.isHealthy).toBe(true)
  })

  test('a beat that took longer than ten seconds is no sign of life', async () => {
    faulty.mode = 'slow'
    const { id } = await open()
    await own.read(id)
    await pass(2 * BEAT_MS + 1)
    faulty.mode = 'deaf'
    await pass(2 * BEAT_MS)
    faulty.deliver()
    expect(own.isHealthy).toBe(false)
  })

  test('another one’s beat is no sign of life', async () => {
    faulty.mode = 'deaf'
    const { id } = await open()
    own.subscribe(id, () => {})
    await pass(BEAT_MS)
    faulty.mode = 'sound'
    const other = new Watch(faulty, SAFETY_MS)
    await other.read(id)
    expect(other.isHealthy).toBe(true)
    expect(own.isHealthy).toBe(false)
  })

  test('those who wait are told at each beat of what changed', async () => {
    const opened = await open()
    let told = 0
    own.subscribe(opened.id, () => told++)
    await own.read(opened.id)
    faulty.mode = 'deaf'
    await pass(2 * BEAT_MS)
    await withdraw(opened)
    await pass(BEAT_MS)
    expect(told).toBe(1)
    expect(await own.read(opened.id)).toMatchObject({ revision: 2 })
  })
})

describe('the safety read', () => {
  test('finds a change that the bus lost', async () => {
    const opened = await open()
    let told = 0
    own.subscribe(opened.id, () => told++)
    await own.read(opened.id)
    await withdraw(opened)
    expect(await own.read(opened.id)).toMatchObject({ revision: 1 })
    await pass(SAFETY_MS)
    expect(told).toBe(1)
    expect(await own.read(opened.id)).toMatchObject({ revision: 2 })
  })

  test('finds a request that is gone', async () => {
    const row = aRow()
    own.remember(row)
    let told = 0
    own.subscribe(row.id, () => told++)
    await pass(SAFETY_MS)
    expect(told).toBe(1)
    expect(await own.read(row.id)).toBeNull()
  })

  test('finds an expiry that was moved', async () => {
    const { id, request } = await open()
    let told = 0
    own.remember({ ...request, expiresAt: new Date(request.expiresAt.getTime() + 1) })
    own.subscribe(id, () => told++)
    await pass(SAFETY_MS)
    expect(told).toBe(1)
  })

  test('leaves alone what is as it was', async () => {
    const { id } = await open()
    let told = 0
    own.subscribe(id, () => told++)
    const row = await own.read(id)
    await pass(3 * SAFETY_MS)
    expect(told).toBe(0)
    expect(await own.read(id)).toBe(row)
  })

  test('costs a hundred waiting desktops less than a tenth of a query each and minute', async () => {
    const rows = await Promise.all(Array.from({ length: 100 }, () => open()))
    for (const { id, request } of rows) {
      own.remember(request)
      own.subscribe(id, () => {})
    }
    expect(own.size).toBe(100)
    reads()
    await pass(10 * 60_000)
    const perDesktopAndMinute = reads() / 100 / 10
    expect(perDesktopAndMinute).toBeGreaterThan(0)
    expect(perDesktopAndMinute).toBeLessThanOrEqual(0.1)
  })

  test('asks for five hundred at a time', async () => {
    for (let i = 0; i < 1_001; i++) own.remember(aRow())
    await pass(SAFETY_MS)
    expect(reads()).toBe(3)
    expect(own.size).toBe(0)
    for (let i = 0; i < 1_000; i++) own.remember(aRow())
    await pass(SAFETY_MS)
    expect(reads()).toBe(2)
  })

  test('keeps what it has while the database is away, and goes on after it', async () => {
    const opened = await open()
    let told = 0
    own.subscribe(opened.id, () => told++)
    await own.read(opened.id)
    for (let i = 0; i < 1_000; i++) own.remember(aRow())
    await withdraw(opened)
    reads()
    vi.mocked(db().query).mockRejectedValueOnce(new AppError('unavailable', { retryAfter: 2 }))
    await pass(SAFETY_MS)
    expect(reads()).toBe(1)
    expect(told).toBe(0)
    expect(own.size).toBe(1_001)
    await pass(SAFETY_MS)
    expect(told).toBe(1)
  })
})

describe('what is not kept', () => {
  test('a request that does not exist', async () => {
    for (let i = 0; i < 3; i++) expect(await own.read(newId())).toBeNull()
    const id = newId()
    expect(await own.read(id)).toBeNull()
    expect(await own.read(id)).toBeNull()
    expect(own.size).toBe(0)
    expect(reads()).toBe(5)
  })

  test('a request that the database could not tell of', async () => {
    const { id } = await open()
    vi.mocked(db().query).mockRejectedValueOnce(new AppError('unavailable', { retryAfter: 2 }))
    await expect(own.read(id)).rejects.toMatchObject({ code: 'unavailable' })
    expect(own.size).toBe(0)
    expect(await own.read(id)).toMatchObject({ id })
  })

  test('a request that nobody asked for between two safety reads', async () => {
    const { id } = await open()
    await own.read(id)
    await pass(SAFETY_MS)
    await own.read(id)
    await pass(SAFETY_MS)
    expect(own.size).toBe(1)
    await pass(SAFETY_MS)
    expect(own.size).toBe(0)
  })

  test('a request that changed while nobody listened', async () => {
    const { id } = await open()
    await own.read(id)
    faulty.publish(id)
    expect(own.size).toBe(0)
  })

  test('anything past the bound: it is read each time, and who waits is still told', async () => {
    const { id } = await open()
    for (let i = 0; i < MAX_KEPT; i++) own.remember(aRow(String(i)))
    expect(own.size).toBe(MAX_KEPT)
    own.remember(aRow())
    reads()
    for (let i = 0; i < 3; i++) expect(await own.read(id)).toMatchObject({ id })
    expect(reads()).toBe(3)
    expect(own.size).toBe(MAX_KEPT)
    let told = 0
    own.subscribe(id, () => told++)
    faulty.publish(id)
    expect(told).toBe(1)
  })
})

describe('timers and listening', () => {
  test('go on only while something is kept, and come back with it', async () => {
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([0, 0])
    const { id } = await open()
    const leave = own.subscribe(id, () => {})
    await own.read(id)
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([2, 1])
    await pass(5 * SAFETY_MS)
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([2, 1])
    leave()
    await pass(2 * SAFETY_MS)
    expect(own.size).toBe(0)
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([0, 0])
    expect(await own.read(id)).toMatchObject({ id })
    expect(own.isHealthy).toBe(true)
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([2, 1])
  })

  test('are the same for one request and for many', async () => {
    for (let i = 0; i < 100; i++) own.subscribe(newId(), () => {})
    expect([vi.getTimerCount(), faulty.listeners]).toEqual([2, 1])
  })
})

describe('the process’s own watch', () => {
  beforeEach(() => void delete shared[WATCH])

  test('knows a request that was just opened without reading it', async () => {
    const { id } = await open()
    reads()
    expect(await watch().read(id)).toMatchObject({ id, state: 'new' })
    expect(reads()).toBe(0)
  })

  test('hears of each move at once', async () => {
    const phone = await makePhone((await makeUser()).id)
    const opened = await open()
    let told = 0
    const leave = watch().subscribe(opened.id, () => told++)
    await withdraw(opened)
    expect(told).toBe(1)
    expect(await watch().read(opened.id)).toMatchObject({ state: 'rejected' })
    leave()
    const scanned = await openAndScan(phone)
    expect(await watch().read(scanned.id)).toMatchObject({ state: 'scanned' })
  })

  test('hears nothing of a move that was rolled back', async () => {
    const { id } = await open()
    let told = 0
    const leave = bus().subscribe({ hear: (message) => void (told += message === id ? 1 : 0) })
    const failed = db().write(async (tx) => {
      db().afterCommit(tx, () => bus().publish(id))
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    expect(told).toBe(0)
    leave()
  })
})
