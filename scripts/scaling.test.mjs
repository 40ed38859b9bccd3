import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { extract, insert } from '../bench/scaling/document.mjs'
import { ASSUMED, PROGRAM, TARGET } from '../bench/scaling/inputs.mjs'
import { needsOf } from '../bench/scaling/needs.mjs'
import { partsOf } from '../bench/scaling/parts.mjs'
import { tablesText } from '../bench/scaling/text.mjs'
import { readSettings } from '../lib/env'
import { UNSCANNED_SECONDS } from '../lib/login/times'
import { root } from './steps.mjs'

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8')

test('docs/scaling.md says what the measured results come to', () => {
  expect(extract(read('docs/scaling.md'))).toBe(tablesText(JSON.parse(read('bench/results.json'))))
  expect(extract(read('docs/scaling.md'))).not.toMatch(/not measured yet|≥/)
})

test('the text is put between the markers, again and again', () => {
  const document = read('docs/scaling.md')
  const changed = insert(document, 'other')
  expect(extract(changed)).toBe('other')
  expect(insert(changed, extract(document))).toBe(document)
  expect(() => insert('no markers', 'other')).toThrow('lacks')
})

test('what the program does by default is what it is computed with', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scaling-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  const { maxStreams, database } = readSettings({
    DATA_DIR: folder,
    DATABASE_URL: 'postgresql://localhost/a',
    AUTH_SECRET: 'a'.repeat(32),
  })
  expect(PROGRAM).toMatchObject({
    requestSeconds: UNSCANNED_SECONDS,
    streamsPerServer: maxStreams,
    poolPerServer: database.poolSize,
  })
})

const medians = (numbers) =>
  Object.fromEntries(Object.entries(numbers).map(([name, median]) => [name, { median }]))

/** Round numbers: 1,000 sign-ins, 10,000 requests opened anew each 3 s, 1,000,000 desktops that wait. */
function results() {
  const each = (cpuMs, postgresCpuMs) => ({
    'QR Login, fast lane': medians({ cpuMs }),
    'QR Login, PostgreSQL': medians({ cpuMs, postgresCpuMs }),
  })
  return {
    measures: {
      open: each(0.3, 0.6),
      followed: each(5, 2),
      pages: each(8.3, 1.6),
      held: {
        'QR Login, fast lane': medians({ cpuMsPerStream: 0.3, cpuMsPerMinute: 0.3, bytesPerMinute: 1_500 }),
        'QR Login, PostgreSQL': medians({ postgresCpuMsPerMinute: 0.06, statementsPerMinute: 0.003 }),
      },
      many: { wanted: 50_000, held: 10_240, rssMb: 300, kbPerStream: 10 },
      engines: {
        PostgreSQL: {
          hearingCpuMs: 0.1,
          listenerCpuMs: 0.02,
          open: { statements: 3, transactions: 1, writes: 1, notifies: 0, logBytes: 900, storedBytes: 600 },
          followed: {
            statements: 30,
            transactions: 12,
            writes: 7,
            notifies: 3,
            logBytes: 7_000,
            storedBytes: 3_000,
            messages: 3,
          },
        },
      },
    },
  }
}

const valuesOf = (needs) =>
  Object.fromEntries(Object.entries(needs).map(([name, { value }]) => [name, value]))

test('needs are computed from costs', () => {
  expect([TARGET, ASSUMED.coreShare.value, ASSUMED.serverMemoryMb.value]).toEqual([
    { waiting: 1_000_000, signInsPerSecond: 1_000 },
    0.6,
    2_048,
  ])
  const needs = valuesOf(needsOf(results(), 'PostgreSQL'))
  // Sign-ins 5 + pages without their opening 8 + requests opened anew, and their streams, 2 + waiting 5.
  expect(needs.work).toBeCloseTo(20)
  expect(needs.byCpu).toBeCloseTo(20 / (0.6 - 0.1))
  expect(needs.byMemory).toBeCloseTo(10_000_000 / 1024 / (2_048 - 200))
  expect(needs).toMatchObject({ byStreams: 50, all: 50, streams: 20_000, connections: 550 })
  // Sign-ins 2 + pages 1 + opened anew 2 + waiting 1, and 1,000 times 0.02 ms for each of 50 servers.
  expect(needs.postgresCores).toBeCloseTo(6 + 1)
  expect(needs.statements).toBeCloseTo(30_000 + 10_000 + 50)
  expect(needs.transactions).toBeCloseTo(12_000 + 3_333.33, 1)
  expect(needs.commits).toBeCloseTo(4_000 + 3_333.33, 1)
  expect(needs.logMb).toBeCloseTo(7 + 3)
  expect(needs.storedGb).toBeCloseTo((3 + 2) * 86.4)
  expect(needs).toMatchObject({ messages: 3_000, heard: 150_000 })
  expect(needs.networkMbit).toBeCloseTo(200)
})

test('the fullest part is the first', () => {
  const parts = partsOf('PostgreSQL', needsOf(results(), 'PostgreSQL'))
  expect(parts.map(({ name, share }) => [name, Number(share.value.toFixed(3))])).toEqual([
    ['PostgreSQL’s connections', 1.1],
    ['PostgreSQL’s processor', 0.182],
    ['each server’s processor for hearing of all sign-ins', 0.167],
    ['PostgreSQL’s log', 0.05],
  ])
})

test('the first to give out is named, and where too little was measured, that is', () => {
  const text = tablesText({ ...results(), at: '2026-01-01', machine: { node: 'v20.0.0' } })
  expect(text).toContain(
    '- **PostgreSQL**: the first to give out is PostgreSQL’s connections, at 90.9 % of what is asked for.',
  )
  expect(text).toContain('- **PostgreSQL + Redis**: not known yet, since 4 of 5 parts were not measured.')
  expect(text).toContain('- **SQLite**: the first to give out is the one server’s streams, at 2 %')
})

test('where hearing of all sign-ins takes more than a server has, no number of servers is enough', () => {
  const loud = results()
  loud.measures.engines.PostgreSQL.hearingCpuMs = 1.2
  const needs = needsOf(loud, 'PostgreSQL')
  expect(needs.byCpu.value).toBe(Infinity)
  expect(partsOf('PostgreSQL', needs)[0]).toMatchObject({
    name: 'each server’s processor for hearing of all sign-ins',
    share: { value: 2 },
  })
})

test('what was not measured is said, and makes a sum the least that it can be', () => {
  const without = results()
  delete without.measures.pages
  const needs = needsOf(without, 'PostgreSQL')
  expect(needs.work).toEqual({ value: expect.closeTo(12), isWhole: false })
  expect(needs.messages).toEqual({ value: 3_000, isWhole: true })
  const redis = needsOf(without, 'PostgreSQL + Redis')
  for (const name of ['postgresCores', 'redisCores', 'commands', 'messages', 'streams'])
    expect(redis[name]).toEqual({ value: undefined, isWhole: false })
})
