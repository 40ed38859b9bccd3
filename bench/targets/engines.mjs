// QR Login on the engines that several servers share: PostgreSQL, and Redis beside it.
import { randomBytes } from 'node:crypto'
import { Fleet } from '../support/fleet.mjs'
import { Postgres, postgresMissing } from '../support/postgres.mjs'
import { Redis, redisMissing } from '../support/redis.mjs'
import { qrLogin, startApp } from './app.mjs'

/** @param nodes how many servers there are on the one database */
export async function startEngine({ redis = false, nodes = 1, nodeArgs = [] }) {
  const backends = { postgres: await Postgres.start(), ...(redis && { redis: await Redis.start() }) }
  const env = {
    DATABASE_URL: backends.postgres.url,
    AUTH_SECRET: randomBytes(32).toString('base64url'),
    ...(redis && { REDIS_URL: backends.redis.url }),
  }
  const servers = []
  for (let i = 0; i < nodes; i++)
    servers.push(
      await startApp({ lane: true, nodeArgs, env: { ...env, ...(i > 0 && { APP_URL: servers[0].url }) } }),
    )
  if (redis && !backends.redis.isUsed())
    throw new Error(`the server does not listen at ${backends.redis.url}: it does not use its REDIS_URL`)
  return new Fleet(servers, backends)
}

const nameOf = (engine) => `QR Login, ${engine}`

const engine = (name, { redis, nodes } = {}) => ({
  ...qrLogin(true),
  name: nameOf(name),
  engine: name,
  process: `app-${name}`,
  start: (options) => startEngine({ redis, nodes, ...options }),
  /** Two servers, whatever the target itself has. */
  startTwo: () => startEngine({ redis, nodes: 2 }),
  /** Why it can't be measured here; undefined where it can. */
  missing: () => postgresMissing() ?? (redis ? redisMissing() : undefined),
})

/** One server on each. */
export const alone = [engine('PostgreSQL'), engine('PostgreSQL + Redis', { redis: true })]

export const engines = [
  ...alone,
  engine('PostgreSQL, two servers', { nodes: 2 }),
  engine('PostgreSQL + Redis, two servers', { redis: true, nodes: 2 }),
]
