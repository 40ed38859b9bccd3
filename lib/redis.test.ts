/** Which errors of Redis are outages, with a real one. */
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRedisFault } from './redis'
import { isLacking } from './testing/lacking'
import { hasRedis, RedisServer } from './testing/redis'

describe.skipIf(isLacking(hasRedis()))('what Redis refuses (needs Redis)', () => {
  let server: RedisServer
  beforeAll(async () => void (server = await RedisServer.start()), 30_000)
  afterAll(() => server.stop())

  const refusal = (work: (client: Redis) => Promise<unknown>): Promise<unknown> =>
    server.run(work).then(
      () => expect.unreachable('Redis refused nothing'),
      (error: unknown) => error,
    )

  const withoutMemory = async (client: Redis, work: () => Promise<unknown>) => {
    await client.config('SET', 'maxmemory', '1')
    await work().finally(() => client.config('SET', 'maxmemory', '0'))
  }

  test.each<[string, (client: Redis) => Promise<unknown>]>([
    ['as it has no more memory', (client) => withoutMemory(client, () => client.set('key', 'value'))],
    [
      'as it has no more memory for a transaction',
      (client) => withoutMemory(client, () => client.multi().set('key', 'value').exec()),
    ],
    [
      'as too few replicas follow',
      async (client) => {
        await client.config('SET', 'min-replicas-to-write', '1')
        await client.set('key', 'value').finally(() => client.config('SET', 'min-replicas-to-write', '0'))
      },
    ],
    ['to a user who may not', (client) => client.auth('nobody', 'wrong')],
    [
      'as its connection was cut',
      async (client) => {
        client.disconnect()
        await client.get('key')
      },
    ],
  ])('%s is an outage', async (_, work) => expect(isRedisFault(await refusal(work))).toBe(true))

  test.each<[string, (client: Redis) => Promise<unknown>]>([
    ['a command that is none', (client) => client.call('NOTHING')],
    ['a value of another type', (client) => client.lpush('key', '1').then(() => client.incr('key'))],
    ['a script that fails', (client) => client.eval('return nothing.at.all', 0)],
    ['a transaction with a command that is none', (client) => client.multi().call('NOTHING').exec()],
    ['a script that is not there', (client) => client.evalsha('0'.repeat(40), 0)],
  ])('%s is a bug', async (_, work) => {
    const error = await refusal(work)
    expect(error).toBeInstanceOf(Error)
    expect(isRedisFault(error)).toBe(false)
  })
})
