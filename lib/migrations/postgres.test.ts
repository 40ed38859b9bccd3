import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isLacking } from '../testing/lacking'
import { Postgres, postgresPrograms } from '../testing/postgres'
import { migrationNames, POSTGRESQL } from './engine'
import { migratePostgres, postgresStep } from './postgres'

describe.skipIf(isLacking(postgresPrograms()))('migrations of PostgreSQL (needs PostgreSQL)', () => {
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

  test('go on where a server ended in the middle of one', async () => {
    const url = await database('interrupted')
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    // Two tables of one name: the migration waits for what becomes of this one.
    await other.query('BEGIN; CREATE TABLE "User" ("id" text)')
    const interrupted = migratePostgres(url).catch((error: Error) => error)
    const migrating = "FROM pg_stat_activity WHERE datname = 'interrupted' AND wait_event_type = 'Lock'"
    await vi.waitFor(async () => expect((await postgres.run(`SELECT 1 ${migrating}`)).rows).toHaveLength(1))
    await postgres.run(`SELECT pg_terminate_backend(pid) ${migrating}`)
    expect(await interrupted).toBeInstanceOf(Error)
    await other.query('ROLLBACK')
    await other.end()
    const unfinished = 'SELECT 1 FROM _prisma_migrations WHERE finished_at IS NULL'
    expect((await postgres.run(unfinished, 'interrupted')).rows).toHaveLength(1)

    expect(await migratePostgres(url)).toEqual(migrationNames(POSTGRESQL))
    expect(await tablesOf('interrupted')).toEqual(await tablesOf('fresh'))
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
