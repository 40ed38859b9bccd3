/** Ways to take the database away from a running server, and to give it back. */
import { spawn } from 'node:child_process'
import Database from 'better-sqlite3'

const HOLD = `
  const database = new (require('better-sqlite3'))(process.argv[1], { timeout: 10000 })
  database.exec('BEGIN EXCLUSIVE')
  process.stdout.write('held')
  process.stdin.on('end', () => process.exit(0)).resume()
`
const TABLES = ['User', 'Device', 'Session', 'LoginRequest', 'AuditEvent']

/** Another process holds the file, as a backup or a forgotten shell would: reads go on, every write waits in vain. */
export async function holdDatabase(file: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['-e', HOLD, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return () => {
    child.stdin.end()
    return gone
  }
}

/** Nothing can be read or written: every table is gone from where the server looks for it. */
export async function hideTables(file: string): Promise<() => Promise<void>> {
  rename(file, (table) => [table, `${table}_away`])
  return async () => rename(file, (table) => [`${table}_away`, table])
}

function rename(file: string, names: (table: string) => [from: string, to: string]): void {
  const database = new Database(file, { fileMustExist: true, timeout: 10_000 })
  // So that the other tables go on pointing at the name, and not at what is hidden under another one.
  database.pragma('legacy_alter_table = ON')
  database.pragma('foreign_keys = OFF')
  database.transaction(() => {
    for (const table of TABLES) {
      const [from, to] = names(table)
      database.exec(`ALTER TABLE "${from}" RENAME TO "${to}"`)
    }
  })()
  database.close()
}
