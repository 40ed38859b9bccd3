import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followEvents } from './login-events'

class FakeSource extends EventTarget {
  static all: FakeSource[] = []
  closed = false

  constructor(readonly url: string) {
    super()
    FakeSource.all.push(this)
  }

  static get last(): FakeSource {
    return FakeSource.all.at(-1)!
  }

  say(type: string, view: object) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(view) }))
  }

  fail() {
    this.dispatchEvent(new Event('error'))
  }

  close() {
    this.closed = true
  }
}

const aCode = { status: 'new', revision: 1, expiresIn: 300, codeExpiresIn: 30 }

let turns: string[]
let views: object[]
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000 })
  vi.stubGlobal('EventSource', FakeSource)
  vi.stubGlobal('window', new EventTarget())
  FakeSource.all = []
  turns = []
  views = []
  stop = followEvents(
    '/api/login/x',
    (turn) => turns.push(turn),
    (view) => views.push(view),
  )
})

afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('both kinds of events are views, stamped with the moment they came', () => {
  expect(FakeSource.last.url).toBe('/api/login/x/events')
  FakeSource.last.say('status', aCode)
  FakeSource.last.say('code', aCode)
  expect(views).toEqual([
    { ...aCode, at: 5_000 },
    { ...aCode, at: 5_000 },
  ])
  expect(turns).toEqual(['retried', 'heard', 'heard'])
})

test('a stream without a first word is given up after three seconds', () => {
  vi.advanceTimersByTime(2_999)
  expect(turns).toEqual(['retried'])
  vi.advanceTimersByTime(1)
  expect(turns).toEqual(['retried', 'lost'])
  expect(FakeSource.last.closed).toBe(true)
})

test('a stream is given up when the next code does not come', () => {
  FakeSource.last.say('status', aCode)
  vi.advanceTimersByTime(32_999)
  expect(FakeSource.last.closed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(FakeSource.last.closed).toBe(true)
  expect(turns.at(-1)).toBe('lost')
})

test('a stream that breaks off is left to the browser, one that never spoke is not', () => {
  FakeSource.last.say('status', aCode)
  FakeSource.last.fail()
  expect(FakeSource.last.closed).toBe(false)
  vi.advanceTimersByTime(3_000)
  expect(turns.at(-1)).toBe('lost')
  FakeSource.last.say('status', aCode)
  expect(turns.at(-1)).toBe('heard')

  window.dispatchEvent(new Event('online'))
  FakeSource.last.fail()
  expect(FakeSource.last.closed).toBe(true)
  expect(turns.at(-1)).toBe('lost')
})

test('a stream that is back soon was never lost', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.9)
  FakeSource.last.say('status', aCode)
  FakeSource.last.fail()
  vi.advanceTimersByTime(2_000)
  FakeSource.last.fail()
  FakeSource.last.say('status', aCode)
  vi.advanceTimersByTime(3_000)
  expect(turns).toEqual(['retried', 'heard', 'heard'])
})

test('a stream that falls silent after the scan is given up sooner than the request ends', () => {
  FakeSource.last.say('status', { status: 'scanned', revision: 2, expiresIn: 120 })
  vi.advanceTimersByTime(17_999)
  expect(FakeSource.last.closed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(FakeSource.last.closed).toBe(true)
})

test.each([
  [0, 45_000],
  [0.5, 60_000],
  [0.999, 74_970],
])('it is tried anew after about a minute, again and again (%d: %d ms)', (random, wait) => {
  vi.spyOn(Math, 'random').mockReturnValue(random)
  for (const tried of [1, 2, 3]) {
    FakeSource.last.fail()
    vi.advanceTimersByTime(wait - 1)
    expect(FakeSource.all).toHaveLength(tried)
    vi.advanceTimersByTime(1)
    expect(FakeSource.all).toHaveLength(tried + 1)
  }
})

test('a stream that came back is not opened twice', () => {
  FakeSource.last.say('status', aCode)
  FakeSource.last.fail()
  FakeSource.last.say('status', { ...aCode, codeExpiresIn: 600 })
  vi.advanceTimersByTime(120_000)
  expect(FakeSource.all).toHaveLength(1)
})

test('it ends with the network, and begins anew with it', () => {
  FakeSource.last.say('status', aCode)
  window.dispatchEvent(new Event('offline'))
  expect(FakeSource.last.closed).toBe(true)
  expect(turns.at(-1)).toBe('lost')
  window.dispatchEvent(new Event('online'))
  expect(FakeSource.all).toHaveLength(2)
  expect(turns.at(-1)).toBe('retried')
})

test('once stopped, nothing of it is left', () => {
  FakeSource.last.fail()
  stop()
  window.dispatchEvent(new Event('online'))
  vi.advanceTimersByTime(200_000)
  expect(FakeSource.all).toHaveLength(1)
  expect(FakeSource.last.closed).toBe(true)
})
