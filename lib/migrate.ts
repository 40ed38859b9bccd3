/** Brings the database to what this version needs. */
import type { Settings } from './env'
import { db } from './db'
import { isComplete, POSTGRESQL, SQLITE } from './migrations/engine'
import { migratePostgres } from './migrations/postgres'
import { migrateSqlite } from './migrations/sqlite'
import { sql } from './sql'

/**
 * Applies the migrations that the database lacks.
 * @returns their names
 * @throws Error with one line of cause and cure
 */
export const migrate = ({ database }: Pick<Settings, 'database'>): Promise<string[]> =>
  database.engine === 'sqlite' ? migrateSqlite(database.file) : migratePostgres(database.url)

/** True while the database has had every migration of this version. */
export async function isMigrated({ database }: Pick<Settings, 'database'>): Promise<boolean> {
  const rows = await db().query((client) =>
    client.$queryRaw<{ name: string }[]>(sql`
      SELECT migration_name AS "name" FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`),
  )
  return isComplete(
    rows.map(({ name }) => name),
    database.engine === 'sqlite' ? SQLITE : POSTGRESQL,
  )
}
