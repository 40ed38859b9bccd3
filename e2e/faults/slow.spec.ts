/** A database that is slow, or gone without a sign: who can't be served is told so soon, and afterwards all is as before. */
import { Client, type Answer } from '../support/client'
import type { Cluster } from '../support/cluster'
import { expect, surviving, test, whole } from './fixtures'

/** What a server lets wait for a connection. */
const MAX_WAITING = 500
const MIB = 1024 * 1024

interface Answered {
  status: number
  retryAfter: string | undefined
  seconds: number
}

/** Asks for so many codes at once. */
function rush(cluster: Cluster, calls: number): Promise<Answered[]> {
  const ask = async (): Promise<Answered> => {
    const since = performance.now()
    const { status, headers }: Answer = await new Client(cluster).post('/api/login')
    return { status, retryAfter: headers['retry-after'], seconds: (performance.now() - since) / 1000 }
  }
  return Promise.all(Array.from({ length: calls }, ask))
}

const waitingOf = (cluster: Cluster) =>
  Promise.all(
    cluster.nodes.map((node) => cluster.figure(node, 'qrlogin_database_connections{state="waiting"}')),
  )
const memoryOf = async (cluster: Cluster) =>
  Math.max(
    ...(await Promise.all(
      cluster.nodes.map((node) => cluster.figure(node, 'process_resident_memory_bytes')),
    )),
  )

/** The most that waited at any look, until `work` is done. */
async function mostWaiting(cluster: Cluster, work: Promise<unknown>): Promise<number> {
  let most = 0
  let isOver = false
  const done = work.finally(() => (isOver = true))
  while (!isOver) most = Math.max(most, ...(await waitingOf(cluster)))
  await done
  return most
}

const within = (answers: Answered[]) => Math.max(...answers.map(({ seconds }) => seconds))
const withStatus = (answers: Answered[], wanted: number) =>
  answers.filter(({ status }) => status === wanted).length

function expectPolite(answers: Answered[]): void {
  for (const { status, retryAfter } of answers) {
    expect([201, 503]).toContain(status)
    if (status === 503) expect(Number(retryAfter)).toBeGreaterThan(0)
  }
}

test('a database slowed by two seconds makes nobody pile up', async ({ startCluster }) => {
  test.setTimeout(300_000)
  const cluster = await startCluster()
  await rush(cluster, 200)
  const before = await memoryOf(cluster)

  // A second there, and one back.
  cluster.wire.delayMs = 1_000
  const calls = rush(cluster, 3 * MAX_WAITING)
  const most = await mostWaiting(cluster, calls)
  const answers = await calls
  cluster.wire.delayMs = 0

  const [served, refused] = [withStatus(answers, 201), withStatus(answers, 503)]
  const slowest = within(answers)
  expectPolite(answers)
  expect(refused).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(MAX_WAITING)
  // Five seconds for a connection, and what each statement takes.
  expect(slowest).toBeLessThan(30)

  await expect.poll(() => waitingOf(cluster)).toEqual([0, 0])
  const grown = (await memoryOf(cluster)) - before
  const tally = await surviving(cluster, 'after the slow database', 2, async () => {})
  expect(tally).toMatchObject(whole(20))
  console.log(
    `slow database: ${answers.length} calls, ${served} served, ${refused} refused, at most ${most} waiting, ` +
      `slowest ${slowest.toFixed(1)} s, memory +${Math.round(grown / MIB)} MiB`,
  )
  // What a thousand calls need at once, not what they would need if they stayed.
  expect(grown).toBeLessThan(200 * MIB)
})

test('a database that is gone without a sign is noticed, and found again', async ({ startCluster }) => {
  test.setTimeout(300_000)
  const cluster = await startCluster({ environment: { DATABASE_TIMEOUT_SECONDS: '2' } })
  // Statements are on their way when it happens, on connections of before.
  await rush(cluster, 100)
  cluster.wire.delayMs = 200
  const calls = rush(cluster, 100)
  await expect.poll(async () => Math.max(...(await waitingOf(cluster)))).toBeGreaterThan(0)
  cluster.wire.silence()
  cluster.wire.delayMs = 0
  const answers = await calls
  const refused = withStatus(answers, 503)
  const slowest = within(answers)
  expectPolite(answers)
  expect(refused).toBeGreaterThan(0)
  // Twelve seconds of silence, and what was waited for before.
  expect(slowest).toBeLessThan(25)
  cluster.wire.speak()
  const tally = await surviving(cluster, 'after the silent database', 2, async () => {})
  console.log(`silent database: ${answers.length} calls, ${refused} refused, slowest ${slowest.toFixed(1)} s`)
  expect(tally).toMatchObject(whole(20))
})
