import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { isLacking } from '../testing/lacking'
import { hasRedis, RedisServer } from '../testing/redis'
import { RedisBus } from './redis'

describe.skipIf(isLacking(hasRedis()))('the bus by Redis (needs Redis)', () => {
  let server: RedisServer
  const buses: RedisBus[] = []

  beforeAll(async () => void (server = await RedisServer.start()), 30_000)
  afterAll(() => server.stop())
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.close())))

  async function listening(url = server.url()) {
    const bus = new RedisBus(url)
    buses.push(bus)
    const told = { heard: [] as string[], missed: 0 }
    bus.subscribe({ hear: (message) => void told.heard.push(message), miss: () => void told.missed++ })
    await vi.waitFor(() => expect(told.missed).toBe(1), 10_000)
    return { bus, told }
  }

  const publish = (line: string, database = 0) =>
    server.run((client) => client.publish(`qrlogin:${database}`, line))

  test('a server that stops and comes back is found again, and both ends of the gap are told', async () => {
    const { bus, told } = await listening()
    await server.stop()
    await vi.waitFor(() => expect(told.missed).toBe(2), 10_000)
    expect(bus.isUp).toBe(false)
    await server.start()
    await vi.waitFor(() => expect(told.missed).toBe(3), 15_000)
    expect(bus.isUp).toBe(true)
    await publish('another-server message')
    await vi.waitFor(() => expect(told.heard).toEqual(['message']), 10_000)
  }, 60_000)

  test('another database of the same Redis is another bus', async () => {
    const [here, there] = [await listening(), await listening(server.url(7))]
    await publish('another-server here')
    await publish('another-server there', 7)
    await vi.waitFor(() => expect(here.told.heard).toEqual(['here']), 10_000)
    await vi.waitFor(() => expect(there.told.heard).toEqual(['there']), 10_000)
  })
})
