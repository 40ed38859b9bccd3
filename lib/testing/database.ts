/** The database of a test file. */
import { settings } from '../env'

/** The SQLite file, for tests that are about it. */
export function databaseFile(): string {
  const { database } = settings()
  if (database.engine !== 'sqlite') throw new Error('This test is about SQLite.')
  return database.file
}
