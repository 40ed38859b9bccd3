import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { isLacking } from '../testing/lacking'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { PostgresBus } from './postgres'

describe.skipIf(isLacking(postgresPrograms()))('the bus by PostgreSQL (needs PostgreSQL)', () => {
  let postgres: Postgres
  const buses: PostgresBus[] = []

  beforeAll(async () => void (postgres = await Postgres.start()), 60_000)
  afterAll(() => postgres.dispose())
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.close())))

  /** A server's bus, and what it heard and how often it missed something. */
  async function server() {
    const bus = new PostgresBus(postgres.url())
    buses.push(bus)
    const heard: string[] = []
    const told = { heard, missed: 0 }
    bus.subscribe({ hear: (message) => void heard.push(message), miss: () => void told.missed++ })
    await vi.waitFor(() => expect(told.missed).toBe(1), 5_000)
    return { bus, ...told, told }
  }

  const cut = () =>
    postgres.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'qr-login bus'",
    )

  test('a connection that is cut is said to all who listen, comes back, and brings what was published since', async () => {
    const [one, other] = [await server(), await server()]
    await cut()
    await vi.waitFor(() => expect(one.told.missed).toBeGreaterThan(1), 5_000)
    // Who does not listen again yet will not hear it, and is told later that it missed something.
    await vi.waitFor(() => expect(other.told.missed).toBe(3), 10_000)
    one.bus.publish('after the cut')
    for (const { heard } of [one, other])
      await vi.waitFor(() => expect(heard).toEqual(['after the cut']), 10_000)
    // Once when it broke, and once when it was back.
    expect(one.told.missed).toBe(3)
    expect(other.told.missed).toBe(3)
  })

  test('a server that stops and comes back is found again', async () => {
    const one = await server()
    await postgres.stop('immediate')
    await vi.waitFor(() => expect(one.told.missed).toBe(2), 5_000)
    one.bus.ping('meanwhile')
    await setTimeout(300)
    await postgres.start()
    await vi.waitFor(() => expect(one.heard).toEqual(['meanwhile']), 15_000)
  }, 60_000)
})
