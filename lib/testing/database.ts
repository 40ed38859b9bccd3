/** The database of a test file. */
import { settings } from '../env'

/** SQLite makes one change after the other, in the order in which they were asked for; PostgreSQL in any. */
export const isInOrder = (): boolean => settings().database.engine === 'sqlite'

/** The SQLite file, for tests that are about it. */
export function databaseFile(): string {
  const { database } = settings()
  if (database.engine !== 'sqlite') throw new Error('This test is about SQLite.')
  return database.file
}
