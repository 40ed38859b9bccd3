/** Servers whose clocks are wrong: the database's clock decides what is over. */
import { Client, openingDesktop, signedInPhone } from '../support/client'
import { canBeOff, clockOff } from '../support/clocks'
import type { Server } from '../support/server'
import { expect, surviving, test, whole } from './fixtures'

/** Asks one server, where the proxy would choose. */
const askOne = (client: Client, { port, url }: Server, path: string, body: unknown) => {
  const one = new Client({ url: `http://localhost:${port}`, port }, client.userAgent)
  for (const [name, value] of client.cookies) one.cookies.set(name, value)
  return one.post(path, body, { host: new URL(url).host, origin: url })
}

test('two servers whose clocks are a minute apart agree on what is over', async ({ startCluster }) => {
  test.skip(!canBeOff, 'libfaketime is not installed: apt-get install faketime')
  test.setTimeout(300_000)
  const cluster = await startCluster({ environments: [clockOff('+30s'), clockOff('-30s')] })
  const tally = await surviving(cluster, 'clocks 30 s ahead and 30 s behind', 3, async () => {})
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
})
