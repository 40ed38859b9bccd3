/** `TEST_DATABASE=postgresql`: the tests run on a PostgreSQL server of their own, a database for each file. */
import { migratePostgres } from '../migrations/postgres'
import { Postgres } from './postgres'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE !== 'postgresql') return undefined
  const postgres = await Postgres.start()
  await postgres.run('CREATE DATABASE template')
  await migratePostgres(postgres.url('template'))
  process.env.TEST_POSTGRES_URL = postgres.url()
  return () => postgres.dispose()
}
