/** A copy of the SQLite database and its secret, made while the server runs. It is a data folder like the one in use. */
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { Settings } from '../env'

const NAME = 'qr-login.db'
const SECRET = 'auth-secret'

/** Why no backup was made; `message` is one line with cause and cure. */
export class BackupError extends Error {
  override name = 'BackupError'
}

/**
 * Makes `folder`, which is there only once it is whole.
 * @returns how many bytes the database has in it, and whether the secret is in it as well
 * @throws BackupError
 */
export function backUp(
  { database, dataDir }: Pick<Settings, 'database' | 'dataDir'>,
  folder: string,
): { bytes: number; withSecret: boolean } {
  if (database.engine !== 'sqlite')
    throw new BackupError('The database is PostgreSQL: pg_dump makes its backup (docs/operating.md)')
  if (fs.existsSync(folder)) throw new BackupError(`${folder} is there already: name one that is not`)
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  // Its owner's alone.
  const aside = fs.mkdtempSync(`${folder}.`)
  try {
    const bytes = copyDatabase(database.file, path.join(aside, NAME))
    const withSecret = copySecret(dataDir, aside)
    fs.renameSync(aside, folder)
    return { bytes, withSecret }
  } catch (error) {
    fs.rmSync(aside, { recursive: true, force: true })
    throw error
  }
}

/** As it was at one moment: in write-ahead logging, a reader sees that, and keeps no writer waiting. */
function copyDatabase(from: string, to: string): number {
  const source = new Database(from, { fileMustExist: true })
  try {
    source.prepare('VACUUM INTO ?').run(to)
  } finally {
    source.close()
  }
  fs.chmodSync(to, 0o600)
  requireWhole(to)
  const file = fs.openSync(to, 'r')
  fs.fsyncSync(file)
  fs.closeSync(file)
  return fs.statSync(to).size
}

/** @throws BackupError where the copy is damaged, as its source then is */
function requireWhole(file: string): void {
  const copy = new Database(file, { readonly: true })
  const found = copy.pragma('integrity_check', { simple: true })
  copy.close()
  if (found !== 'ok')
    throw new BackupError(`The database is damaged (${String(found)}): put a backup in its place`)
}

/** Where AUTH_SECRET was never needed, the secret is a file. */
function copySecret(dataDir: string, to: string): boolean {
  const file = path.join(dataDir, SECRET)
  if (!fs.existsSync(file)) return false
  fs.copyFileSync(file, path.join(to, SECRET))
  return true
}
