/** One desktop's event stream, by a clock that stands still and a real database. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { AppError } from '../errors'
import { MAX_UNREAD_BYTES, streamBody } from '../http/event-stream'
import { endHeld, heldCount } from '../limits/held'
import { consume } from '../login/consume'
import { endAsDesktop } from '../login/desktop'
import { confirm, decline } from '../login/confirm'
import { scan } from '../login/scan'
import { desktopView } from '../login/view'
import {
  codeOf,
  DESKTOP,
  letIn,
  makePhone,
  makeUser,
  NOON,
  open,
  PHONE,
  type StrongDevice,
} from '../testing/people'
import type { LoginView } from '../wire'
import { bus } from '../bus'
import { LoginStream, type Sink } from './stream'
import { watch, type Watch } from './watch'

const APP_URL = 'http://localhost:3000'
const HERE = '192.0.2.1'
const COMMENT = ':\n\n'
/** What the watch itself needs. */
const WATCH_TIMERS = 2
const HELD = Symbol.for('qr-login.held')
const WATCH = Symbol.for('qr-login.watch')
const shared = globalThis as { [HELD]?: unknown; [WATCH]?: Watch }

interface Event {
  event: string
  id: number
  view: LoginView
}

/** A browser that reads along. */
class Reader implements Sink {
  readonly written: string[] = []
  ends = 0
  isBehind = false

  write(text: string): boolean {
    if (this.ends > 0) throw new Error('written to after the end')
    this.written.push(text)
    return !this.isBehind
  }

  end(): void {
    this.ends++
  }

  /** What has come since the last time. */
  take(): string[] {
    return this.written.splice(0)
  }

  takeEvents(): Event[] {
    const events = this.take().filter((text) => text !== COMMENT)
    return events.map((text) => {
      const [, event, id, data] = /^event: (\w+)\nid: (\d+)\ndata: (.*)\n\n$/.exec(text) ?? []
      if (!event) throw new Error(`no event: ${text}`)
      return { event, id: Number(id), view: JSON.parse(data!) as LoginView }
    })
  }
}

let phone: StrongDevice
let opened: Awaited<ReturnType<typeof open>>
let reader: Reader

beforeEach(async () => {
  delete shared[HELD]
  delete shared[WATCH]
  phone = await makePhone((await makeUser()).id)
  vi.useFakeTimers({
    now: NOON,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  opened = await open()
  reader = new Reader()
  // A browser asks a moment after it has opened.
  vi.setSystemTime(NOON.getTime() + 1_000)
})
afterEach(() => void vi.useRealTimers())

/** Lets everything that is under way come to its end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
}

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1_000)
  await settled()
}

async function streaming({
  deviceCookie,
  lastRevision,
  sink = reader,
}: { deviceCookie?: string; lastRevision?: number; sink?: Sink } = {}) {
  const row = (await watch().read(opened.id))!
  const stream = new LoginStream({ row, deviceCookie, appUrl: APP_URL, bucket: HERE, lastRevision }, sink)
  await settled()
  return stream
}

const now = () => new Date()
const scanIt = (by = phone) =>
  scan({ code: codeOf(opened.request, now()) }, by.session, undefined, PHONE, now())
const approve = (scanToken: string) =>
  confirm(opened.id, { scanToken, stay: '12h', kind: 'derived' }, phone.session, PHONE, now())
const withdraw = () => endAsDesktop(opened.id, opened.secret, 'withdrawn', DESKTOP, now())

const summary = ({ event, id, view }: Event) => `${event} ${id} ${view.status}`

/** The stream is over, and nothing of it is left. */
function expectGone(othersTimers = 0): void {
  expect(reader.ends).toBe(1)
  expect(heldCount()).toBe(0)
  expect(vi.getTimerCount()).toBe(WATCH_TIMERS + othersTimers)
}

function retryOf(texts: string[]): number {
  const [, retry] = /^retry: (\d+)\n\n$/.exec(texts.at(-1) ?? '') ?? []
  return Number(retry)
}

describe('a stream tells', () => {
  test('the status first', async () => {
    await streaming()
    const [first, ...more] = reader.takeEvents()
    const view = await desktopView(opened.request, undefined, APP_URL, now())
    expect(first).toEqual({ event: 'status', id: 1, view })
    expect(more).toEqual([])
  })

  test('each move as it happens, up to the last', async () => {
    await streaming()
    const { scanToken } = await scanIt()
    await settled()
    await approve(scanToken)
    await settled()
    await consume(opened.id, opened.secret, undefined, DESKTOP, now())
    await settled()
    expect(reader.takeEvents().map(summary)).toEqual([
      'status 1 new',
      'status 2 scanned',
      'status 3 confirmed',
      'status 4 consumed',
    ])
    // The limits of approvals and of sign-ins keep one each.
    expectGone(2)
  })

  test('why a request was ended', async () => {
    await streaming()
    const { scanToken } = await scanIt()
    await decline(opened.id, scanToken, phone.session, PHONE, now())
    await settled()
    const events = reader.takeEvents()
    expect(events.at(-1)?.view).toMatchObject({ status: 'rejected', reason: 'declined' })
    expectGone()
  })

  test('a fresh code at each rotation, and that it is the one which the server accepts', async () => {
    await streaming()
    const seen = new Set(reader.takeEvents().map(({ view }) => view.qr))
    for (let rotation = 1; rotation <= 8; rotation++) {
      await pass(rotation === 1 ? 29 : 30)
      const [event, ...more] = reader.takeEvents().filter(({ event }) => event === 'code')
      expect(more).toEqual([])
      expect(event).toMatchObject({ id: 1, view: { status: 'new', codeExpiresIn: 30 } })
      expect(event?.view.qr).toBe(`${APP_URL}/scan/${codeOf(opened.request, now())}`)
      seen.add(event?.view.qr)
    }
    expect(seen.size).toBe(9)
  })

  test('that the request has expired, and ends', async () => {
    await streaming()
    reader.take()
    await pass(298)
    expect(reader.ends).toBe(0)
    reader.take()
    await pass(1)
    expect(reader.takeEvents().map(summary)).toEqual(['status 1 expired'])
    expectGone()
  })

  test('of life, in silence, by a comment between two codes', async () => {
    await streaming()
    reader.take()
    await pass(14)
    expect(reader.take()).toEqual([])
    await pass(1)
    expect(reader.take()).toEqual([COMMENT])
    await pass(15)
    expect(reader.takeEvents().map(summary)).toEqual(['code 1 new'])
  })

  test('of life, in silence, by the status once no codes come any more', async () => {
    await scanIt()
    await streaming()
    reader.take()
    await pass(14)
    expect(reader.take()).toEqual([])
    await pass(31)
    expect(reader.takeEvents().map(summary)).toEqual(Array(3).fill('status 2 scanned'))
  })

  test('what was over before it began, and ends', async () => {
    await withdraw()
    await streaming()
    expect(reader.takeEvents().map(summary)).toEqual(['status 2 rejected'])
    expectGone()
  })

  test('what it missed while the database was asked, once', async () => {
    await streaming()
    reader.take()
    let letThrough = () => {}
    const gate = new Promise<void>((resolve) => (letThrough = resolve))
    const read = db().query.bind(db())
    vi.spyOn(db(), 'query').mockImplementationOnce(async (run) => {
      await gate
      return read(run)
    })
    bus().publish(opened.id)
    await settled()
    const { scanToken } = await scanIt()
    await approve(scanToken)
    letThrough()
    await settled()
    expect(reader.takeEvents().map(summary)).toEqual(['status 3 confirmed'])
  })

  test('nothing where a change was none', async () => {
    await streaming()
    reader.take()
    for (let i = 0; i < 10; i++) bus().publish(opened.id)
    await settled()
    expect(reader.take()).toEqual([])
  })
})

describe('a browser that comes back', () => {
  test('hears at once that the stream lives, where there is no code to tell', async () => {
    await scanIt()
    await streaming({ lastRevision: 2 })
    expect(reader.takeEvents().map(summary)).toEqual(['status 2 scanned'])
  })

  test('gets the code that is shown now', async () => {
    vi.setSystemTime(NOON.getTime() + 100_000)
    await streaming({ lastRevision: 1 })
    const events = reader.takeEvents()
    expect(events.map(summary)).toEqual(['code 1 new'])
    expect(events[0]?.view.qr).toBe(`${APP_URL}/scan/${codeOf(opened.request, now())}`)
  })

  test.each([1, 7])(
    'is told the status where it knows revision %i and not the present one',
    async (known) => {
      await scanIt()
      await streaming({ lastRevision: known })
      expect(reader.takeEvents().map(summary)).toEqual(['status 2 scanned'])
    },
  )

  test('is told once more what is final', async () => {
    await withdraw()
    await streaming({ lastRevision: 2 })
    expect(reader.takeEvents().map(summary)).toEqual(['status 2 rejected'])
    expectGone()
  })

  test('is told that the request expired while it was away', async () => {
    vi.setSystemTime(NOON.getTime() + 301_000)
    await streaming({ lastRevision: 1 })
    expect(reader.takeEvents().map(summary)).toEqual(['status 1 expired'])
    expectGone()
  })
})

describe('a stream ends', () => {
  test('after five minutes, and says when to come back', async () => {
    await streaming()
    await pass(200)
    await scanIt()
    await settled()
    reader.take()
    await pass(99)
    expect(reader.ends).toBe(0)
    reader.take()
    await pass(1)
    const retry = retryOf(reader.take())
    expect(retry).toBeGreaterThanOrEqual(1_000)
    expect(retry).toBeLessThanOrEqual(5_000)
    expectGone()
  })

  test('when the server stops, and all are not sent away for equally long', async () => {
    const readers = Array.from({ length: 20 }, () => new Reader())
    for (const sink of readers) await streaming({ sink })
    expect(heldCount()).toBe(20)
    endHeld()
    const retries = readers.map((one) => retryOf(one.take()))
    for (const retry of retries) expect(retry >= 1_000 && retry <= 5_000).toBe(true)
    expect(new Set(retries).size).toBeGreaterThan(1)
    expect(readers.map(({ ends }) => ends)).toEqual(Array(20).fill(1))
    expect(heldCount()).toBe(0)
    expect(vi.getTimerCount()).toBe(WATCH_TIMERS)
  })

  test('when the database is away, and says when to come back', async () => {
    await streaming()
    reader.take()
    vi.spyOn(db(), 'query').mockRejectedValue(new AppError('unavailable', { retryAfter: 2 }))
    bus().publish(opened.id)
    await settled()
    expect(retryOf(reader.take())).toBeGreaterThanOrEqual(1_000)
    expectGone()
  })

  test('when the request is gone', async () => {
    await streaming()
    reader.take()
    await db().write((tx) => tx.loginRequest.delete({ where: { id: opened.id } }))
    bus().publish(opened.id)
    await settled()
    expect(retryOf(reader.take())).toBeGreaterThanOrEqual(1_000)
    expectGone()
  })

  test('when its reader is behind: nothing more is written to it', async () => {
    await streaming()
    reader.take()
    reader.isBehind = true
    await scanIt()
    await settled()
    expect(reader.take()).toHaveLength(1)
    expectGone()
    await withdraw()
    await pass(60)
    expect(reader.take()).toEqual([])
  })

  test('when its reader goes away, however often that is said', async () => {
    const stream = await streaming()
    reader.take()
    expect([heldCount(), vi.getTimerCount()]).toEqual([1, WATCH_TIMERS + 1])
    stream.close()
    stream.close()
    expect([heldCount(), vi.getTimerCount()]).toEqual([0, WATCH_TIMERS])
    await withdraw()
    await pass(60)
    endHeld()
    expect(reader.take()).toEqual([])
    expect(reader.ends).toBe(0)
  })

  test('when its reader goes away while the database is asked', async () => {
    const stream = await streaming()
    reader.take()
    await scanIt()
    stream.close()
    await settled()
    expect(reader.take()).toEqual([])
    expect(vi.getTimerCount()).toBe(WATCH_TIMERS)
  })
})

describe('what a stream leaves behind', () => {
  test('is one timer while it lives, whatever happens', async () => {
    await streaming()
    for (let i = 0; i < 5; i++) {
      await pass(20)
      bus().publish(opened.id)
      await settled()
      expect(vi.getTimerCount()).toBe(WATCH_TIMERS + 1)
    }
  })

  test('is nothing in the watch once everybody has left', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => streaming()))
    expect(heldCount()).toBe(50)
    for (const stream of streams) stream.close()
    expect(heldCount()).toBe(0)
    await pass(3 * 60)
    expect(watch().size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is no query while it waits', async () => {
    await streaming()
    const read = vi.spyOn(db(), 'query')
    await pass(50)
    expect(reader.take().filter((text) => text.startsWith('event: code'))).toHaveLength(1)
    expect(read).not.toHaveBeenCalled()
  })
})

describe('who reads', () => {
  const scannerSeen = async (deviceCookie: string | undefined) => {
    await scanIt()
    await streaming({ deviceCookie })
    return reader.takeEvents()[0]?.view.scanner
  }

  test('is told the scanner’s name where that account signed in before', async () => {
    const desktop = await letIn(phone)
    expect(await scannerSeen(desktop.device)).toEqual({ initials: 'AL', name: 'Ada Lovelace' })
  })

  test('is told initials elsewhere', async () => {
    expect(await scannerSeen(undefined)).toEqual({ initials: 'AL' })
  })

  test('is told initials where somebody else signed in before', async () => {
    const stranger = await letIn(await makePhone((await makeUser('Mallory')).id))
    expect(await scannerSeen(stranger.device)).toEqual({ initials: 'AL' })
  })

  test('is told initials for a device cookie that was made up', async () => {
    const desktop = await letIn(phone)
    expect(await scannerSeen(desktop.device.slice(0, -1) + '_')).toEqual({ initials: 'AL' })
  })

  test('is told the name once that account has signed in here', async () => {
    await streaming()
    const { scanToken } = await scanIt()
    await approve(scanToken)
    await consume(opened.id, opened.secret, undefined, DESKTOP, now())
    await settled()
    expect(reader.takeEvents().at(-1)?.view.scanner).toEqual({ initials: 'AL', name: 'Ada Lovelace' })
  })

  test('is never told a secret, nor a hash of one', async () => {
    await streaming({ deviceCookie: phone.device })
    const { scanToken } = await scanIt()
    await settled()
    await pass(40)
    await approve(scanToken)
    const row = (await db().read((client) => client.loginRequest.findUnique({ where: { id: opened.id } })))!
    const signedIn = await consume(opened.id, opened.secret, undefined, DESKTOP, now())
    await settled()
    const everything = reader.take().join('')
    expect(everything).toContain('consumed')
    const secrets = [
      opened.secret,
      opened.userCode,
      opened.userCode.replace('-', ''),
      scanToken,
      phone.token,
      phone.device,
      phone.session.id,
      phone.session.user.email,
      signedIn.token,
      signedIn.deviceToken,
      signedIn.userId,
      row.desktopSecretHash,
      row.scanTokenHash,
      opened.request.userCodeHash,
    ]
    for (const secret of secrets) {
      expect(secret).toBeTruthy()
      expect(everything).not.toContain(secret)
    }
  })
})

describe('as the body of a Response', () => {
  const inBody = async () => {
    const row = (await watch().read(opened.id))!
    const options = { row, deviceCookie: undefined, appUrl: APP_URL, bucket: HERE, lastRevision: undefined }
    return streamBody((sink) => new LoginStream(options, sink)).getReader()
  }

  test('it starts when it is first read, and ends with the stream', async () => {
    const body = await inBody()
    await settled()
    expect(heldCount()).toBe(0)
    const first = await body.read()
    expect(new TextDecoder().decode(first.value)).toContain('event: status\nid: 1\n')
    expect(heldCount()).toBe(1)
    const next = body.read()
    await withdraw()
    expect(new TextDecoder().decode((await next).value)).toContain('"status":"rejected"')
    expect((await body.read()).done).toBe(true)
    expect(heldCount()).toBe(0)
  })

  test('it ends the stream when it is cancelled, also before its first read', async () => {
    await (await inBody()).cancel()
    const body = await inBody()
    await body.read()
    await body.cancel()
    expect([heldCount(), vi.getTimerCount()]).toEqual([0, WATCH_TIMERS])
    await withdraw()
    await settled()
  })

  test('a reader that is behind is told so', async () => {
    let sink: Sink | undefined
    const body = streamBody((made) => {
      sink = made
      return { close() {} } as LoginStream
    }).getReader()
    const first = body.read()
    await settled()
    const kibibyte = 'x'.repeat(1024)
    expect(sink!.write(kibibyte)).toBe(true)
    await first
    let unread = 0
    while (sink!.write(kibibyte)) unread += 1024
    expect(unread).toBeLessThanOrEqual(MAX_UNREAD_BYTES)
    expect(unread).toBeGreaterThan(MAX_UNREAD_BYTES / 2)
  })
})
