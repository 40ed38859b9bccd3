/** A PostgreSQL server that restarts under two servers: what was promised before holds after. */
import { expect, often, sometime, surviving, test, whole } from './fixtures'

const ROUNDS = often(8, 20)
/** In every other round; the second kind is as if the power had gone. */
const SHUTDOWNS = ['fast', undefined, 'immediate', undefined] as const

test('PostgreSQL restarts again and again in the middle, after both kinds of shutdown', async ({
  startCluster,
}) => {
  test.setTimeout(600_000)
  const cluster = await startCluster()
  const { postgres } = cluster
  const tally = await surviving(cluster, `${ROUNDS / 2} restarts of PostgreSQL`, ROUNDS, async (round) => {
    const how = SHUTDOWNS[round % SHUTDOWNS.length]
    if (how === undefined) return
    await postgres.stop(how)
    await sometime(1_000)
    await postgres.start()
  })
  expect(tally).toMatchObject(whole(10 * ROUNDS))
  // Or nobody was there when it happened.
  expect(tally.waitedOut).toBeGreaterThan(0)
})
