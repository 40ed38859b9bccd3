/** The bus: within this process alone, by Redis, or by PostgreSQL where several servers share a database. */
import type { Bus } from './bus/bus'
import { MemoryBus } from './bus/memory'
import { PostgresBus } from './bus/postgres'
import { RedisBus } from './bus/redis'
import { settings } from './env'

export type { Bus, Listener } from './bus/bus'

const BUS = Symbol.for('qr-login.bus')
const shared = globalThis as { [BUS]?: Bus }

/** The process's bus (on globalThis: routes and the front door are bundled apart). */
export const bus = (): Bus => (shared[BUS] ??= open())

function open(): Bus {
  const { database, redisUrl } = settings()
  if (redisUrl !== undefined) return new RedisBus(redisUrl)
  return database.engine === 'sqlite' ? new MemoryBus() : new PostgresBus(database.url)
}
