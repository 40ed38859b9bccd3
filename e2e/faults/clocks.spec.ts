/** Servers whose clocks are wrong: the database's clock decides what is over. */
import { Client, openingDesktop, signedInPhone } from '../support/client'
import type { Cluster } from '../support/cluster'
import { canBeOff, clockOff } from '../support/clocks'
import type { Server } from '../support/server'
import { expect, surviving, test, whole } from './fixtures'
import { isLacking } from '../../lib/testing/lacking'
import { hasRedis } from '../../lib/testing/redis'

/** Asks one server, where the proxy would choose. */
const askOne = (client: Client, { port, url }: Server, path: string, body: unknown) => {
  const one = new Client({ url: `http://localhost:${port}`, port }, client.userAgent)
  for (const [name, value] of client.cookies) one.cookies.set(name, value)
  return one.post(path, body, { host: new URL(url).host, origin: url })
}

async function agree(cluster: Cluster, what: string): Promise<void> {
  const tally = await surviving(cluster, `${what}, clocks 30 s ahead and 30 s behind`, 3, async () => {})
  expect(tally).toMatchObject(whole(30))

  const rows = cluster.rows()
  const { phone } = await signedInPhone(cluster)
  for (const node of cluster.nodes) {
    const { id, code } = await openingDesktop(cluster)
    expect(Math.abs(Date.parse((await rows.request(id)).createdAt) - Date.now())).toBeLessThan(5_000)
    // Its clock is ahead of that, or behind it.
    await rows.age(id, 20)
    expect((await askOne(phone, node, '/api/login/scan', { code })).status).toBe(200)
    await rows.age(id, 300)
    expect((await askOne(phone, node, '/api/login/scan', { id })).body).toMatchObject({ code: 'expired' })
  }
  await rows.close()
}

const CLOCKS = { environments: [clockOff('+30s'), clockOff('-30s')] }

test.beforeEach(() => {
  test.skip(isLacking(canBeOff), 'libfaketime is not installed: apt-get install faketime')
  test.setTimeout(300_000)
})

test('two servers whose clocks are a minute apart agree on what is over', async ({ startCluster }) =>
  agree(await startCluster(CLOCKS), 'PostgreSQL'))

test('so do two with Redis', async ({ startCluster }) => {
  test.skip(isLacking(hasRedis()), 'Redis is not installed: apt-get install redis-server')
  await agree(await startCluster({ ...CLOCKS, redis: true }), 'Redis')
})
