/**
 * `TEST_DATABASE=postgresql`: the tests run on a PostgreSQL server of their own, a database for each file.
 * `TEST_DATABASE=postgresql+redis`: login requests, limits and the bus in a Redis besides.
 */
import { migratePostgres } from '../migrations/postgres'
import { Postgres } from './postgres'
import { RedisServer } from './redis'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const engines = (process.env.TEST_DATABASE ?? '').split('+')
  if (!engines.includes('postgresql')) return undefined
  const postgres = await Postgres.start()
  await postgres.run('CREATE DATABASE template')
  await migratePostgres(postgres.url('template'))
  process.env.TEST_POSTGRES_URL = postgres.url()
  const redis = engines.includes('redis') ? await RedisServer.start() : undefined
  if (redis) process.env.TEST_REDIS_URL = redis.url()
  return async () => {
    await redis?.stop()
    await postgres.dispose()
  }
}
