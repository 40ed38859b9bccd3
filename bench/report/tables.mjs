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
}

/** Throughput by target; the second column says how the fast lane compares. */
export function requestsTable(measure) {
  const lane = measure[LANE].perSecond.median
  const names = Object.keys(COLUMNS)
  return [
    ['', 'fast lane ÷ this', ...Object.values(COLUMNS)],
    ...Object.entries(measure).map(([target, numbers]) => [
      target,
      number(lane / numbers.perSecond.median),
      ...names.map((name) => withSpread(numbers[name])),
    ]),
  ]
}

const HELD_COLUMNS = {
  kbPerStream: 'RSS each, KiB',
  rssMb: 'RSS in all, MiB',
  idleCpu: 'idle CPU, of one core',
  cpuMsPerMinute: 'CPU per desktop and minute, ms',
  statementsPerMinute: 'statements per desktop and minute',
  p50: 'event p50, ms',
  p99: 'event p99, ms',
}

export function heldTable(held) {
  return [
    ['', ...Object.values(HELD_COLUMNS)],
    ...Object.entries(held).map(([target, numbers]) => [
      target,
      ...Object.keys(HELD_COLUMNS).map((name) => withSpread(numbers[name])),
    ]),
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
