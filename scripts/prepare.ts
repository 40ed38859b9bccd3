/** Checks the settings and migrates the database. Exit code 2: what stands on stderr is one line for people. */
import { settings } from '../lib/env'
import { migrate } from '../lib/migrate'

try {
  await migrate(settings())
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
