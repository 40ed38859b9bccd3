// From costs to needs: how much of everything the target takes.
import { costsOf } from './costs.mjs'
import { ASSUMED, ENGINES, PROGRAM, TARGET } from './inputs.mjs'
import { mapped, most, product, sum } from './quantity.mjs'

const { coreShare, serverMemoryMb } = ASSUMED
const SECONDS_PER_DAY = 86_400

/** How often things happen, each second. */
export const RATES = {
  signIns: TARGET.signInsPerSecond,
  /** Requests that run out, and are opened anew. */
  renewals: TARGET.waiting / PROGRAM.requestSeconds,
}

/** @returns quantities, by name */
export function needsOf(results, engine) {
  const costs = costsOf(results, engine)
  const { carrier } = ENGINES[engine]
  const work = product(1 / 1000, serverMs(costs.server))
  const hearing = product(RATES.signIns / 1000, costs.server.hearing)
  const servers = serversFor(costs, work, hearing)
  const perSecond = (counter) =>
    sum(
      product(RATES.signIns, costs.counts.signIn[counter]),
      product(RATES.renewals, costs.counts.open[counter]),
    )
  const messages = product(RATES.signIns, costs.counts.signIn.messages)
  const listening = product(RATES.signIns / 1000, costs.listening, servers.all)
  const cores = (part) => {
    const calls = product(1 / 1000, databaseMs(costs[part]))
    return part === carrier ? sum(calls, listening) : calls
  }
  return {
    work,
    hearing,
    ...servers,
    streams: product(TARGET.waiting, servers.all.isWhole ? 1 / servers.all.value : undefined),
    postgresCores: cores('postgres'),
    redisCores: cores('redis'),
    connections: product(connectionsOf(carrier), servers.all),
    statements: sum(perSecond('statements'), product(TARGET.waiting / 60, costs.statementsPerMinute)),
    commits: perSecond('commits'),
    logMb: product(1e-6, perSecond('logBytes')),
    storedGb: product(SECONDS_PER_DAY / 1e9, perSecond('storedBytes')),
    transactions: perSecond('transactions'),
    commands: perSecond('commands'),
    redisGb: product(TARGET.waiting / 1e9, costs.counts.open.keptBytes),
    messages,
    heard: product(messages, servers.all),
    networkMbit: product((TARGET.waiting * 8) / 60 / 1e6, costs.stream.bytesPerMinute),
  }
}

/** Milliseconds of processor time each second: the sign-in page comes with a request, so its opening counts once. */
const serverMs = ({ open, signIn, pages, begin, waitingMinute }) =>
  sum(
    product(RATES.signIns, sum(signIn, lessOpening(pages, open))),
    product(RATES.renewals, sum(open, begin)),
    product(TARGET.waiting / 60, waitingMinute),
  )

const databaseMs = ({ open, signIn, pages, waitingMinute }) =>
  sum(
    product(RATES.signIns, sum(signIn, lessOpening(pages, open))),
    product(RATES.renewals, open),
    product(TARGET.waiting / 60, waitingMinute),
  )

const lessOpening = (pages, open) => (pages === undefined || open === undefined ? undefined : pages - open)

/** Each hears of every sign-in, so that what one can do for itself gets less. */
function serversFor({ stream }, work, hearing) {
  const left = coreShare.value - (hearing.value ?? 0)
  const byCpu = left > 0 ? product(1 / left, work) : { value: Infinity, isWhole: work.isWhole }
  const room = stream.serverMb === undefined ? undefined : (serverMemoryMb.value - stream.serverMb) * 1024
  const byMemory = room === undefined ? product(undefined) : product(TARGET.waiting / room, stream.kb)
  const byStreams = product(TARGET.waiting / PROGRAM.streamsPerServer)
  const all = most(mapped(byCpu, Math.ceil), mapped(byMemory, Math.ceil), mapped(byStreams, Math.ceil))
  return { byCpu: { ...byCpu, isWhole: byCpu.isWhole && hearing.isWhole }, byMemory, byStreams, all }
}

const connectionsOf = (carrier) =>
  carrier === undefined
    ? undefined
    : PROGRAM.poolPerServer + (carrier === 'postgres' ? PROGRAM.busConnections : 0)
