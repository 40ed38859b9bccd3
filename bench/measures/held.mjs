// Desktops that wait: memory and processor time while nothing happens, and how soon an event arrives.
import { setTimeout as sleep } from 'node:timers/promises'
import { Holders, connectionLimit } from '../support/holders.mjs'
import { poolFor } from '../support/load.mjs'
import { countersOf, probe } from '../support/probe.mjs'
import { interleaved, quantile, sorted } from '../support/stats.mjs'
import { laneEvents, streams } from '../targets/streams.mjs'

const SILENCE_S = 15
const WARM = 200
/** The share of the first events, which are not counted. */
const WARM_EVENTS = 0.2
const CONFIRMED = '"status":"confirmed"'

export function measureHeld({ runs, held, idleSeconds, settleSeconds, events }) {
  const able = streams.filter(({ missing }) => !missing?.())
  return interleaved(able, runs, (target) =>
    measureOnce(target, { held, idleSeconds, settleSeconds, events }),
  )
}

/** As many as go at once, one time: memory alone. */
export async function measureMany({ many, settleSeconds }) {
  const held = Math.min(many, connectionLimit())
  const once = await measureOnce(laneEvents, { held, idleSeconds: 0, settleSeconds, events: 0 })
  return { wanted: many, held, rssMb: once.rssMb, kbPerStream: once.kbPerStream }
}

async function measureOnce(target, { held, idleSeconds, settleSeconds, events }) {
  const server = await target.start()
  const holders = new Holders()
  const pool = poolFor(server, 2)
  try {
    for (const backend of Object.values(server.backends ?? {})) await backend.startCounting()
    const { requests, event, usesDatabase } = await target.hold(server, held)
    await warmUp(server, requests)
    const empty = await probe(server)
    const cpuMsPerStream = await cpuOfHolding(server, holders, requests)
    await sleep(settleSeconds * 1000)
    const full = await probe(server)
    const before = await countersOf(server)
    const idle = await observeIdle(server, holders, idleSeconds, held)
    const rssMb = server.rssMb()
    const statements = (await countersOf(server)).statements - before.statements
    const times = events > 0 && event ? await eventTimes(holders, await event(pool), events, held) : []
    return {
      rssMb,
      kbPerStream: ((full.rssMb - empty.rssMb) * 1024) / held,
      cpuMsPerStream,
      ...idle,
      statementsPerMinute: usesDatabase ? statements / held / (idleSeconds / 60) : NaN,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
    }
  } finally {
    await holders.release()
    await pool.close()
    await server.stop()
  }
}

/** What is loaded and compiled with the first streams belongs to no stream. */
async function warmUp(server, requests) {
  const holders = new Holders()
  await holders.hold(server, requests.slice(0, WARM))
  await holders.release()
  await sleep(1_000)
}

/** What a stream takes of the server to begin. */
async function cpuOfHolding(server, holders, requests) {
  const before = server.cpuMs()
  await holders.hold(server, requests)
  return (server.cpuMs() - before) / requests.length
}

async function observeIdle(server, holders, seconds, held) {
  const backends = Object.entries(server.backends ?? {})
  const before = await holders.count()
  const cpuBefore = server.cpuMs()
  const theirs = backends.map(([, backend]) => backend.cpuMs())
  const began = performance.now()
  await sleep(seconds * 1000)
  const ms = performance.now() - began
  const cpu = server.cpuMs() - cpuBefore
  const perMinute = (amount) => (amount / held / ms) * 60_000
  const databases = backends.map(([name, backend], index) => [
    `${name}CpuMsPerMinute`,
    perMinute(backend.cpuMs() - theirs[index]),
  ])
  const after = await holders.count()
  if (after.lost > 0 || after.open !== held) throw new Error(`${after.lost} of ${held} streams were lost`)
  if (after.events - before.events < held * Math.floor(seconds / (SILENCE_S + 1)))
    throw new Error(`the streams were silent: ${after.events - before.events} events in ${seconds} s`)
  return {
    idleCpu: cpu / ms,
    cpuMsPerMinute: perMinute(cpu),
    bytesPerMinute: perMinute(after.bytes - before.bytes),
    ...Object.fromEntries(databases),
  }
}

/** One event at a time, to streams all over the field. */
async function eventTimes(holders, { prepare, cause }, count, held) {
  const times = []
  for (let i = 0; i < count; i++) {
    const index = Math.floor((i / count) * held)
    const ready = await prepare(index)
    times.push(await holders.timed(index, CONFIRMED, () => cause(ready)))
  }
  return sorted(times.slice(Math.floor(count * WARM_EVENTS)))
}
