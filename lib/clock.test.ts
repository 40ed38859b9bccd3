import { beforeEach, expect, test, vi } from 'vitest'
import { clock, setClock } from './clock'
import { db } from './db'
import { settings } from './env'

const CLOCK = Symbol.for('qr-login.clock')
const HOUR_MS = 3_600_000
const offset = () => Math.round((clock().getTime() - Date.now()) / 1000)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  Object.assign(globalThis, { [CLOCK]: undefined })
  vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(undefined)
  vi.spyOn(settings(), 'database', 'get').mockReturnValue({
    engine: 'postgresql',
    url: '',
    poolSize: 1,
    statementTimeoutMs: 1,
  })
  return () => Object.assign(globalThis, { [CLOCK]: undefined })
})

/** A database whose clock is ahead, and whose answers take so long, all of it before it looks at its clock. */
function answering({ aheadMs, tookMs }: { aheadMs: number; tookMs: number[] }) {
  vi.spyOn(db(), 'query').mockImplementation(async () => {
    vi.setSystemTime(Date.now() + (tookMs.shift() ?? 0))
    return [{ at: new Date(Date.now() + aheadMs) }] as never
  })
}

test('the shared clock decides', async () => {
  answering({ aheadMs: HOUR_MS, tookMs: [4, 4, 4] })
  await setClock()
  expect(offset()).toBe(3_600)
})

test('of three answers the quickest is believed', async () => {
  answering({ aheadMs: HOUR_MS, tookMs: [5_000, 2, 3_000] })
  await setClock()
  expect(offset()).toBe(3_600)
})

test('answers that all had to wait change nothing', async () => {
  answering({ aheadMs: HOUR_MS, tookMs: [0, 0, 0] })
  await setClock()
  answering({ aheadMs: HOUR_MS, tookMs: [5_000, 5_000, 5_000] })
  await setClock()
  expect(offset()).toBe(3_600)
})

test('at the start even those are better than none', async () => {
  answering({ aheadMs: HOUR_MS, tookMs: [2_000, 2_000, 2_000] })
  await setClock()
  expect(offset()).toBe(3_601)
})
