/** Login requests in Redis: nodes that are killed while two systems have to agree, and a Redis that forgets. */
import { isLacking } from '../../lib/testing/lacking'
import { hasRedis } from '../../lib/testing/redis'
import { expect, often, sometime, surviving, test, whole } from './fixtures'

const ROUNDS = often(4, 10)

test.beforeEach(() =>
  test.skip(isLacking(hasRedis()), 'Redis is not installed: apt-get install redis-server'),
)

test('one of two nodes is killed again and again while people sign in by Redis and PostgreSQL', async ({
  startCluster,
}) => {
  test.setTimeout(600_000)
  const cluster = await startCluster({ redis: true })
  const tally = await surviving(cluster, `Redis, ${ROUNDS} kills`, ROUNDS, () => cluster.killOne())
  expect(tally).toMatchObject(whole(10 * ROUNDS))
  expect(tally.waitedOut).toBeGreaterThan(0)
})

test('PostgreSQL restarts again and again under Redis', async ({ startCluster }) => {
  test.setTimeout(600_000)
  const cluster = await startCluster({ redis: true })
  const { postgres } = cluster
  const tally = await surviving(
    cluster,
    `Redis, ${ROUNDS / 2} restarts of PostgreSQL`,
    ROUNDS,
    async (round) => {
      if (round % 2 !== 0) return
      await postgres.stop(round % 4 === 0 ? 'fast' : 'immediate')
      await sometime(1_000)
      await postgres.start()
    },
  )
  expect(tally).toMatchObject(whole(10 * ROUNDS))
  expect(tally.waitedOut).toBeGreaterThan(0)
})

test('Redis comes back empty again and again: what was open ran out, sessions live, and nobody is lost', async ({
  startCluster,
}) => {
  test.setTimeout(600_000)
  const cluster = await startCluster({ redis: true })
  const redis = cluster.redis!
  const tally = await surviving(cluster, `Redis, ${ROUNDS} restarts, empty each time`, ROUNDS, async () => {
    await redis.stop()
    await sometime(1_000)
    await redis.start()
  })
  expect(tally).toMatchObject(whole(10 * ROUNDS))
  expect(tally.waitedOut).toBeGreaterThan(0)
  // Or nobody was in the middle.
  expect(tally.refusals.length).toBeGreaterThan(0)
  expect(tally.refusals.filter((refusal) => !refusal.startsWith('expired'))).toEqual([])
})
