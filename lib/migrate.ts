/** Brings the database to what this version needs. */
import type { Settings } from './env'
import { migratePostgres } from './migrations/postgres'
import { migrateSqlite } from './migrations/sqlite'

/**
 * Applies the migrations that the database lacks.
 * @returns their names
 * @throws Error with one line of cause and cure
 */
export const migrate = ({ database }: Pick<Settings, 'database'>): Promise<string[]> =>
  database.engine === 'sqlite' ? migrateSqlite(database.file) : migratePostgres(database.url)
