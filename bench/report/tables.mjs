// The measures as tables: a heading row, then rows of text. The terminal and the report show the same ones.
import { number, percent, withSpread } from './format.mjs'

const LANE = 'QR Login, fast lane'

const COLUMNS = {
  perSecond: 'per second',
  p50: 'p50, ms',
  p99: 'p99, ms',
  cpuMs: 'server CPU, ms each',
  busy: 'of one core',
  rssMb: 'RSS, MiB',
  postgresCpuMs: 'PostgreSQL CPU, ms each',
  redisCpuMs: 'Redis CPU, ms each',
}

/** Of these columns the ones that something was measured for. */
function present(columns, measure) {
  const isThere = ([name]) => Object.values(measure).some((numbers) => name in numbers)
  return Object.fromEntries(Object.entries(columns).filter(isThere))
}

const cell = (spread) => (spread ? withSpread(spread) : number(undefined))

/** Throughput by target; the second column says how the fast lane compares. */
export function requestsTable(measure) {
  const lane = measure[LANE].perSecond.median
  const columns = present(COLUMNS, measure)
  return [
    ['', 'fast lane ÷ this', ...Object.values(columns)],
    ...Object.entries(measure).map(([target, numbers]) => [
      target,
      number(lane / numbers.perSecond.median),
      ...Object.keys(columns).map((name) => cell(numbers[name])),
    ]),
  ]
}

const HELD_COLUMNS = {
  kbPerStream: 'RSS each, KiB',
  rssMb: 'RSS in all, MiB',
  idleCpu: 'idle CPU, of one core',
  cpuMsPerStream: 'CPU to begin, ms each',
  cpuMsPerMinute: 'CPU per desktop and minute, ms',
  postgresCpuMsPerMinute: 'PostgreSQL CPU per desktop and minute, ms',
  redisCpuMsPerMinute: 'Redis CPU per desktop and minute, ms',
  bytesPerMinute: 'bytes per desktop and minute',
  statementsPerMinute: 'statements per desktop and minute',
  p50: 'event p50, ms',
  p99: 'event p99, ms',
}

export function heldTable(held) {
  const columns = present(HELD_COLUMNS, held)
  return [
    ['', ...Object.values(columns)],
    ...Object.entries(held).map(([target, numbers]) => [
      target,
      ...Object.keys(columns).map((name) => cell(numbers[name])),
    ]),
  ]
}

const STEPS = { read: 'status read', open: 'open', round: 'whole round', followed: 'round with events' }
const COUNTERS = {
  statements: 'statements',
  notifies: 'of them to the bus',
  transactions: 'transactions',
  writes: 'of them wrote',
  logBytes: 'bytes of write-ahead log',
  storedBytes: 'bytes stored',
  commands: 'Redis commands',
  keptBytes: 'bytes in Redis',
  messages: 'messages on the bus',
}

/** What each step costs beside time, by engine. */
export function enginesTable(engines) {
  const rows = Object.entries(engines).flatMap(([engine, costs]) =>
    Object.entries(STEPS).map(([step, name]) => [`${engine}: ${name}`, costs[step] ?? {}]),
  )
  const columns = present(COUNTERS, Object.fromEntries(rows))
  return [
    ['each', ...Object.values(columns)],
    ...rows.map(([name, counts]) => [name, ...Object.keys(columns).map((column) => number(counts[column]))]),
  ]
}

const GROWTH_ROWS = {
  statusNext: 'Status read through Next',
  statusLane: 'Status read, fast lane',
  open: 'Open, fast lane',
  round: 'Whole round, fast lane',
}

export function growthTable(growth) {
  return [
    ['per second with old requests:', ...Object.keys(growth.open).map((rows) => number(Number(rows)))],
    ...Object.entries(GROWTH_ROWS).map(([what, name]) => [
      name,
      ...Object.values(growth[what]).map(({ perSecond }) => withSpread(perSecond)),
    ]),
  ]
}

const LEAST_SHARE = 0.01

/** Self time of each owner, by measure. */
export function profileTable(profile) {
  const owners = new Set(Object.values(profile).flatMap((shares) => Object.keys(shares)))
  const rows = [...owners].map((owner) => [owner, Object.values(profile).map((shares) => shares[owner] ?? 0)])
  return [
    ['', ...Object.keys(profile)],
    ...rows
      .filter(([, shares]) => Math.max(...shares) >= LEAST_SHARE)
      .sort(([, a], [, b]) => Math.max(...b) - Math.max(...a))
      .map(([owner, shares]) => [owner, ...shares.map(percent)]),
  ]
}

export function pageTable({ lighthouse }) {
  const categories = Object.keys(Object.values(lighthouse)[0])
  return [
    ['', ...categories],
    ...Object.entries(lighthouse).map(([mode, scores]) => [
      mode,
      ...categories.map((name) => withSpread(scores[name])),
    ]),
  ]
}
