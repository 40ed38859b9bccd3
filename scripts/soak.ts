/**
 * `npm run soak`: people sign in for ten minutes (`-- --minutes N`) while all that may befall servers befalls them, several
 * things at a time. Ends with a tally, and with exit code 1 where a sign-in was lost or doubled.
 */
import { setTimeout } from 'node:timers/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { clockOff } from '../e2e/support/clocks'
import { anyOf, Cluster, type ClusterOptions } from '../e2e/support/cluster'
import { Rows } from '../e2e/support/database'
import { SmallDisk } from '../e2e/support/disk'
import { Server } from '../e2e/support/server'
import { sometime, survive, type Outcome } from '../e2e/support/surviving'
import { lineOf } from '../e2e/support/tally'
import { hasRedis } from '../lib/testing/redis'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
const until = Date.now() + minutes * 60_000
const goesOn = () => Date.now() < until
const happened: Record<string, number> = {}

type Fault = (cluster: Cluster) => Promise<unknown>

const FAULTS: Record<string, Fault> = {
  kills: (cluster) => cluster.killOne(),
  'database restarts': async ({ postgres }) => {
    await postgres.stop(anyOf(['fast', 'immediate']))
    await sometime(1_000)
    await postgres.start()
  },
  'bus cuts': (cluster) => cluster.cutBus().catch(() => {}),
  'slow spells': async ({ wire }) => {
    wire.delayMs = 500
    await sometime(4_000)
    wire.delayMs = 0
  },
  'silent spells': async ({ wire }) => {
    wire.silence()
    await sometime(4_000)
    wire.speak()
  },
}

const REDIS_FAULTS: Record<string, Fault> = {
  ...FAULTS,
  'empty restarts of Redis': async ({ redis }) => {
    await redis!.stop()
    await sometime(1_000)
    await redis!.start()
  },
}

/** Any two of them, at any moment of the round. */
async function twoOf(faults: Record<string, Fault>, cluster: Cluster): Promise<void> {
  const names = new Set<string>()
  while (names.size < 2) names.add(anyOf(Object.keys(faults)))
  await Promise.all(
    [...names].map(async (name) => {
      await sometime()
      happened[name] = (happened[name] ?? 0) + 1
      await faults[name]!(cluster)
    }),
  )
}

async function soakCluster(faults: Record<string, Fault>, options: ClusterOptions = {}): Promise<Outcome> {
  const cluster = await Cluster.start({ environments: [clockOff('+30s')], ...options })
  try {
    return await survive(cluster, goesOn, () => twoOf(faults, cluster))
  } finally {
    await cluster.dispose()
  }
}

/** The same with what Redis may meet; nothing where there is no Redis. */
async function soakRedis(): Promise<Outcome | undefined> {
  return hasRedis() ? soakCluster(REDIS_FAULTS, { redis: true }) : undefined
}

/** A server on SQLite, whose disk is full now and then; nothing where no disk can be mounted. */
async function soakDisk(): Promise<Outcome | undefined> {
  const disk = SmallDisk.mount()
  if (!disk) return undefined
  const databaseFile = path.join(disk.folder, 'qr-login.db')
  const server = await Server.start({ sqlite: true, environment: { DATABASE_URL: `file:${databaseFile}` } })
  const { url, port } = server
  const rows = () => new Rows({ databaseUrl: undefined, databaseFile })
  try {
    return await survive({ url, port, rows }, goesOn, async () => {
      disk.fill()
      happened['full disks'] = (happened['full disks'] ?? 0) + 1
      await sometime(4_000)
      disk.free()
      await setTimeout(1_000)
    })
  } finally {
    await server.dispose()
    disk.unmount()
  }
}

function report(what: string, outcome: Outcome | undefined): boolean {
  if (!outcome) {
    console.log(`${what}: left out, as this machine lacks what it takes`)
    return true
  }
  const { signIns, sessions, lost, doubled, wrong, waitedOut } = outcome
  console.log(`${lineOf(what, outcome)} (${waitedOut} failed calls waited out)`)
  for (const answer of wrong) console.log(`  ${answer}`)
  return signIns > 0 && signIns === sessions && lost === 0 && doubled === 0 && wrong.length === 0
}

const outcomes = {
  'two servers on PostgreSQL': soakCluster(FAULTS),
  'two servers on PostgreSQL and Redis': soakRedis(),
  'one server on SQLite': soakDisk(),
}
const reports = Object.entries(outcomes).map(async ([what, outcome]) => report(what, await outcome))
const isWhole = await Promise.all(reports)
const faults = Object.entries(happened).map(([what, times]) => `${times} ${what}`)
console.log(`${minutes} minutes: ${faults.join(', ')}`)
process.exit(isWhole.every(Boolean) ? 0 : 1)
