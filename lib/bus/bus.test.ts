/** What every bus does, each time between two servers (which are one where the bus is in memory). */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { bus } from '../bus'
import { settings } from '../env'
import { closeRedis, prepareRedis } from '../redis'
import { isLacking } from '../testing/lacking'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { hasRedis, RedisServer } from '../testing/redis'
import type { Bus } from './bus'
import { MemoryBus } from './memory'
import { PostgresBus } from './postgres'
import { RedisBus } from './redis'

interface Kind {
  name: string
  isHere: boolean
  start(): Promise<{ make(): Bus; stop(): Promise<void> }>
}

const KINDS: Kind[] = [
  {
    name: 'in memory',
    isHere: true,
    async start() {
      const one = new MemoryBus()
      return { make: () => one, stop: async () => {} }
    },
  },
  {
    name: 'by PostgreSQL (needs PostgreSQL)',
    isHere: postgresPrograms() !== undefined,
    async start() {
      const postgres = await Postgres.start()
      return { make: () => new PostgresBus(postgres.url()), stop: () => postgres.dispose() }
    },
  },
  {
    name: 'by Redis (needs Redis)',
    isHere: hasRedis(),
    async start() {
      const server = await RedisServer.start()
      vi.spyOn(settings(), 'redisUrl', 'get').mockReturnValue(server.url())
      closeRedis()
      await prepareRedis()
      return {
        make: () => new RedisBus(server.url()),
        async stop() {
          closeRedis()
          await server.stop()
        },
      }
    },
  },
]

for (const { name, isHere, start } of KINDS)
  describe.skipIf(isLacking(isHere))(`a bus ${name}`, () => {
    let kind: Awaited<ReturnType<Kind['start']>>
    const buses: Bus[] = []

    beforeAll(async () => void (kind = await start()), 60_000)
    afterEach(() => Promise.all(buses.splice(0).map((one) => one.close())))
    afterAll(() => kind.stop())

    async function server(): Promise<Bus> {
      const made = kind.make()
      buses.push(made)
      await vi.waitFor(() => expect(made.isUp).toBe(true), 10_000)
      return made
    }

    function listen(to: Bus) {
      const heard: string[] = []
      return { heard, leave: to.subscribe({ hear: (message) => void heard.push(message) }) }
    }

    test('brings each message to all who listen, once and in order', async () => {
      const [one, other] = [await server(), await server()]
      const hearers = [listen(one), listen(other)]
      const messages = Array.from({ length: 1_000 }, (_, index) => `message ${index}`)
      for (const message of messages) one.publish(message)
      for (const { heard } of hearers)
        await vi.waitFor(() => expect(heard).toHaveLength(messages.length), 10_000)
      for (const { heard } of hearers) expect(heard).toEqual(messages)
    })

    test('tells its own process at once, and brings back a ping', async () => {
      const one = await server()
      const { heard } = listen(one)
      one.publish('at once')
      expect(heard).toEqual(['at once'])
      one.ping('there and back')
      await vi.waitFor(() => expect(heard).toEqual(['at once', 'there and back']), 10_000)
    })

    test('tells nothing to who has left, and leaving twice harms nobody', async () => {
      const one = await server()
      const [left, stayed] = [listen(one), listen(one)]
      left.leave()
      left.leave()
      one.publish('a')
      expect([left.heard, stayed.heard]).toEqual([[], ['a']])
    })

    test('keeps the others their message where one leaves, or fails, while hearing', async () => {
      const one = await server()
      const heard: string[] = []
      const leave = one.subscribe({
        hear: () => {
          heard.push('first')
          leave()
        },
      })
      one.subscribe({ hear: () => heard.push('second') })
      one.publish('a')
      one.publish('b')
      expect(heard).toEqual(['first', 'second', 'second'])
    })

    test('keeps nothing for who comes later', async () => {
      const one = await server()
      one.publish('a')
      expect(listen(one).heard).toEqual([])
    })
  })

test('the process has one bus', () => {
  expect(bus()).toBe(bus())
})
