import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { migrationNames, POSTGRESQL } from './engine'
import { migratePostgres, postgresStep } from './postgres'

describe.skipIf(!postgresPrograms())('migrations of PostgreSQL (needs PostgreSQL)', () => {
  let postgres: Postgres
  beforeAll(async () => void (postgres = await Postgres.start()), 60_000)
  afterAll(() => postgres.dispose())

  async function database(name: string): Promise<string> {
    await postgres.run(`CREATE DATABASE ${name}`)
    return postgres.url(name)
  }

  /** Columns, indexes and constraints, as PostgreSQL itself words them. */
  async function tablesOf(name: string): Promise<unknown[]> {
    const { rows } = await postgres.run(
      `SELECT table_name, column_name, data_type || is_nullable || coalesce(column_default, '') AS definition
         FROM information_schema.columns WHERE table_schema = 'public'
       UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       ORDER BY 1, 2, 3`,
      name,
    )
    const ours = (rows as { table_name: string }[]).filter(
      ({ table_name: table }) => !table.includes('_prisma_migrations'),
    )
    expect(ours.length).toBeGreaterThan(50)
    return ours
  }

  test('make exactly what the schema says, and the second time nothing', async () => {
    const url = await database('fresh')
    expect(await migratePostgres(url)).toEqual(migrationNames(POSTGRESQL))
    await database('made')
    await postgres.run(await postgresStep(url, null), 'made')
    expect(await tablesOf('fresh')).toEqual(await tablesOf('made'))
    expect(await migratePostgres(url)).toEqual([])
  })

  test('are applied once by servers that start together', async () => {
    const url = await database('together')
    const applied = await Promise.all(Array.from({ length: 5 }, () => migratePostgres(url)))
    expect(applied.flat()).toEqual(migrationNames(POSTGRESQL))
  })

  test('start on the schema of the next version, which only adds to it', async () => {
    const url = await database('next')
    await migratePostgres(url)
    await postgres.run(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ('next', '', '29990101000000_next', now(), 1)`,
      'next',
    )
    expect(await migratePostgres(url)).toEqual([])
  })

  test('leave a database alone that has had others, and lacks ours', async () => {
    const url = await database('newer')
    await migratePostgres(url)
    await postgres.run("UPDATE _prisma_migrations SET migration_name = '29990101000000_future'", 'newer')
    await expect(migratePostgres(url)).rejects.toThrow(
      /^The database .*newer has the migration 29990101000000_future/,
    )
  })

  test.each([
    ['that is not there', () => postgres.url('nowhere'), /createdb/],
    ['on a port where nothing listens', () => 'postgresql://x:secret@127.0.0.1:1/x', /start it/],
  ])('say of a database %s what to do, and not its password', async (_, url, cure) => {
    const error = await migratePostgres(url()).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(cure)
    expect((error as Error).message).not.toContain('secret')
  })
})
