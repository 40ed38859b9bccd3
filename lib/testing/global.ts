/**
 * Makes the databases that tests copy, migrated once.
 * `TEST_DATABASE=postgresql`: on a PostgreSQL server of the tests' own.
 * `TEST_DATABASE=postgresql+redis`: login requests, limits and the bus in a Redis besides.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { migratePostgres } from '../migrations/postgres'
import { migrateSqlite } from '../migrations/sqlite'
import { Postgres } from './postgres'
import { RedisServer } from './redis'

export default async function setup(): Promise<() => Promise<void>> {
  const engines = (process.env.TEST_DATABASE ?? '').split('+')
  return engines.includes('postgresql') ? onPostgres(engines.includes('redis')) : onSqlite()
}

async function onSqlite() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-template-'))
  process.env.TEST_SQLITE_FILE = path.join(folder, 'qr-login.db')
  await migrateSqlite(process.env.TEST_SQLITE_FILE)
  return async () => fs.rmSync(folder, { recursive: true })
}

async function onPostgres(withRedis: boolean) {
  const postgres = await Postgres.start()
  await postgres.run('CREATE DATABASE template')
  await migratePostgres(postgres.url('template'))
  process.env.TEST_POSTGRES_URL = postgres.url()
  const redis = withRedis ? await RedisServer.start() : undefined
  if (redis) process.env.TEST_REDIS_URL = redis.url()
  return async () => {
    await redis?.stop()
    await postgres.dispose()
  }
}
