// What a sign-in costs besides time, on each engine: statements, commits, log, storage, messages; and what servers that
// have no part in it pay for hearing of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, expectJson } from '../support/client.mjs'
import { CONNECTIONS, poolFor, repeatFlow } from '../support/load.mjs'
import { countersOf, PROBE } from '../support/probe.mjs'
import { followedSignInBy, opened, signedInPhones, signInBy, startApp } from '../targets/app.mjs'
import { alone } from '../targets/engines.mjs'

const startSqlite = () => startApp({ lane: true, nodeArgs: PROBE })

/** @returns by engine */
export async function measureEngines(plan) {
  console.log('    SQLite')
  const result = { SQLite: await onServers(startSqlite, (server) => countSteps(server, plan)) }
  for (const { engine, startTwo } of alone.filter(({ missing }) => !missing())) {
    console.log(`    ${engine}`)
    result[engine] = await onServers(startTwo, (fleet) => measureEngine(fleet, plan))
  }
  return result
}

/** The first server is asked; the second one only hears of it. */
async function measureEngine(fleet, plan) {
  const first = fleet.firstAlone()
  return {
    ...(await countSteps(first, plan)),
    ...(await costOfListening(first, plan)),
    ...(await costOfHearing(fleet, plan)),
  }
}

async function onServers(start, work) {
  const server = await start()
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

/** Each step so often, one after the other, so that they share nothing. */
async function countSteps(server, { warm, counted, settleSeconds }) {
  const pool = poolFor(server)
  const [phone] = await signedInPhones(pool, server, 1)
  const desktop = new Client(pool, server)
  const { id } = await opened(desktop)
  const [signIn, followed] = [signInBy(pool, server), followedSignInBy(pool, server)]
  const steps = {
    read: async () => expectJson(await desktop.get(`/api/login/${id}`), 200, 'read'),
    open: () => opened(new Client(pool, server)),
    round: () => signIn(phone),
    followed: () => followed(phone),
  }
  for (const step of Object.values(steps)) await times(warm, step)
  for (const backend of Object.values(server.backends ?? {})) await backend.startCounting()
  const result = {}
  for (const [name, step] of Object.entries(steps))
    result[name] = await countedCalls(server, step, counted, settleSeconds)
  await pool.close()
  return result
}

async function times(count, step) {
  for (let i = 0; i < count; i++) await step()
}

/** By how much each counter has grown, for each call. */
async function countedCalls(server, step, count, settleSeconds) {
  const listening = await busOf(server)?.listen(1)
  const before = await countersOf(server)
  await times(count, step)
  await sleep(settleSeconds * 1000)
  const after = await countersOf(server)
  const each = Object.fromEntries(
    Object.keys(after).map((name) => [name, (after[name] - before[name]) / count]),
  )
  const messages = listening && { messages: listening.heard() / count }
  await listening?.close()
  return { ...each, ...messages }
}

/** The one that carries messages between servers: Redis where there is one. */
const busOf = ({ backends = {} }) => Object.values(backends).at(-1)

/** What one more listener costs the one that carries the messages, for each round. */
async function costOfListening(server, { listeners, seconds }) {
  const bus = busOf(server)
  const perRound = async (count) => {
    const listening = await bus.listen(count)
    const { cpuMs } = await rounds(server, bus, seconds)
    await listening.close()
    return cpuMs
  }
  await rounds(server, bus, seconds / 2)
  const few = await perRound(1)
  const many = await perRound(listeners + 1)
  return { listenerCpuMs: (many - few) / listeners }
}

/** What a server that is asked for nothing takes for each round that another one answers. */
async function costOfHearing({ nodes: [busy, other] }, { seconds }) {
  await rounds(busy, other, seconds / 2)
  const began = performance.now()
  const cpu = other.cpuMs()
  await sleep(seconds * 1000)
  const idle = (other.cpuMs() - cpu) / (performance.now() - began)
  const { cpuMs, perSecond } = await rounds(busy, other, seconds)
  return { hearingCpuMs: cpuMs - idle * (1000 / perSecond) }
}

/** Rounds by one server, while the processor time of another process is looked at. */
async function rounds(server, observed, seconds) {
  const pool = poolFor(server)
  const phones = await signedInPhones(pool, server, CONNECTIONS)
  const view = { cpuMs: () => observed.cpuMs(), rssMb: () => NaN }
  const result = await repeatFlow(view, signInBy(pool, server), phones, seconds)
  await pool.close()
  return result
}
