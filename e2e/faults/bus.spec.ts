/** Servers that can't tell each other anything: whoever waits hears of it all the same, by the rows. */
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { isLacking } from '../../lib/testing/lacking'
import { hasRedis } from '../../lib/testing/redis'
import { Client, openingDesktop, signedInPhone } from '../support/client'
import type { Cluster } from '../support/cluster'
import { expect, test } from './fixtures'

const SAFETY_READ_MS = 5_000
const DESKTOPS = 10

/** Until a stream of events says that somebody scanned. */
function scannedByEvents(desktop: Client, cluster: Cluster, id: string): Promise<void> {
  const cookie = [...desktop.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    const stream = http.get(`${cluster.url}/api/login/${id}/events`, { headers: { cookie } }, (answer) => {
      let heard = ''
      answer.on('error', reject)
      answer.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
        if (!heard.includes('"scanned"')) return
        resolve()
        stream.destroy()
      })
    })
    stream.on('error', reject)
  })
}

/** The same by a poll that waits. */
async function scannedByPoll(desktop: Client, id: string): Promise<void> {
  const { body } = await desktop.get(`/api/login/${id}?wait=25&since=1`)
  expect(body).toMatchObject({ status: 'scanned' })
}

async function hearAll(cluster: Cluster, what: string): Promise<void> {
  const { phone } = await signedInPhone(cluster)
  const waiting = await Promise.all(
    Array.from({ length: 2 * DESKTOPS }, async (_, index) => {
      const { desktop, id, code } = await openingDesktop(cluster)
      const heard = index < DESKTOPS ? scannedByEvents(desktop, cluster, id) : scannedByPoll(desktop, id)
      return { code, heard: heard.then(() => performance.now()) }
    }),
  )
  let allow = () => {}
  const cut = cluster.cutBus(new Promise<void>((resolve) => (allow = resolve)))
  // Both have noticed, and asked for another connection in vain.
  await setTimeout(500)
  const delays = await Promise.all(
    waiting.map(async ({ code, heard }) => {
      expect((await phone.post('/api/login/scan', { code })).status).toBe(200)
      const scanned = performance.now()
      return (await heard) - scanned
    }),
  )
  allow()
  await cut
  const longest = Math.max(...delays)
  console.log(`${what} cut: ${delays.length} desktops heard, the last after ${(longest / 1000).toFixed(1)} s`)
  // And the answer itself, on a busy machine.
  expect(longest).toBeLessThan(SAFETY_READ_MS + 2_000)
}

test('without messages by PostgreSQL, who waits hears of it within the safety read', async ({
  startCluster,
}) => {
  test.setTimeout(300_000)
  await hearAll(await startCluster(), 'the bus of PostgreSQL')
})

test('so does who waits without messages by Redis', async ({ startCluster }) => {
  test.skip(isLacking(hasRedis()), 'Redis is not installed: apt-get install redis-server')
  test.setTimeout(300_000)
  await hearAll(await startCluster({ redis: true }), 'the bus of Redis')
})
