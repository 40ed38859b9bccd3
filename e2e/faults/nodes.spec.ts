/** Servers that are killed in the middle of their work lose no sign-in, and make two of none. */
import { expect, often, surviving, test, whole } from './fixtures'

const KILLS = often(5, 20)

test('two servers, of which one is killed again and again, each call on any of them', async ({
  startCluster,
}) => {
  test.setTimeout(600_000)
  const cluster = await startCluster()
  const tally = await surviving(cluster, `${KILLS} kills of one of 2 servers`, KILLS, () => cluster.killOne())
  expect(tally).toMatchObject(whole(10 * KILLS))
  // Or nobody was there when it happened.
  expect(tally.waitedOut).toBeGreaterThan(0)
})
