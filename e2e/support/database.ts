/** The server's database, looked at (and aged) from outside. */
import Database from 'better-sqlite3'

export interface LoginRow {
  id: string
  state: string
  reason: string | null
  revision: number
  desktopAddress: string | null
  scanTokenHash: string | null
  scanSessionId: string | null
  staySeconds: number | null
  kind: string | null
  createdAt: string
  scannedAt: string | null
  confirmedAt: string | null
  consumedAt: string | null
  expiresAt: string
}

export interface SessionRow {
  id: string
  userId: string
  method: string
  kind: string
  parentId: string | null
  loginRequestId: string | null
  createdAt: string
  expiresAt: string
  endedAt: string | null
  endReason: string | null
}

const TIMES = ['createdAt', 'scannedAt', 'confirmedAt', 'consumedAt', 'expiresAt'] as const
const ALL = 'SELECT * FROM'

/** As Prisma's adapter writes a DateTime; SQLite compares the texts, so the form must be the same. */
const stored = (time: number): string => new Date(time).toISOString().replace('Z', '+00:00')

export class Rows {
  readonly #database: Database.Database

  constructor(file: string) {
    this.#database = new Database(file, { fileMustExist: true, timeout: 5000 })
  }

  close(): void {
    this.#database.close()
  }

  request(id: string): LoginRow {
    return this.#database.prepare(`${ALL} LoginRequest WHERE id = ?`).get(id) as LoginRow
  }

  /** The sessions that a login request has made: one at most, or something is wrong. */
  sessionsOf(requestId: string): SessionRow[] {
    return this.#database.prepare(`${ALL} Session WHERE loginRequestId = ?`).all(requestId) as SessionRow[]
  }

  session(id: string): SessionRow {
    return this.#database.prepare(`${ALL} Session WHERE id = ?`).get(id) as SessionRow
  }

  auditTypes(sessionId: string): string[] {
    const rows = this.#database.prepare('SELECT type FROM AuditEvent WHERE sessionId = ? ORDER BY id')
    return (rows.all(sessionId) as { type: string }[]).map((row) => row.type)
  }

  /** Every row of every table that a sign-in touches, to see that nothing was written. */
  everything(): unknown {
    const tables = ['User', 'Device', 'Session', 'LoginRequest', 'AuditEvent']
    return Object.fromEntries(
      tables.map((table) => [table, this.#database.prepare(`${ALL} "${table}"`).all()]),
    )
  }

  /** All hashes that must never leave the server. */
  secretHashes(): string[] {
    const columns = [
      'SELECT passwordHash AS hash FROM User',
      'SELECT secretHash AS hash FROM Device',
      'SELECT secretHash AS hash FROM Session',
      'SELECT desktopSecretHash AS hash FROM LoginRequest',
      'SELECT scanTokenHash AS hash FROM LoginRequest WHERE scanTokenHash IS NOT NULL',
      'SELECT userCodeHash AS hash FROM LoginRequest WHERE userCodeHash IS NOT NULL',
    ]
    return (this.#database.prepare(columns.join(' UNION ')).all() as { hash: string }[]).map(
      (row) => row.hash,
    )
  }

  /**
   * Makes a login request older by so many seconds: all its times move into the past together, which to the server
   * is the same as waiting. Real time then goes on, with no clock touched on either side: a code's age, an expiry and
   * the page's own timers stay what they are in life, and five minutes take no time.
   */
  age(id: string, seconds: number): void {
    const row = this.request(id)
    const moved = TIMES.flatMap((name) => {
      const value = row[name]
      return value === null ? [] : [[name, stored(Date.parse(value) - seconds * 1000)] as const]
    })
    const assignments = moved.map(([name]) => `${name} = ?`).join(', ')
    const values = moved.map(([, value]) => value)
    this.#database.prepare(`UPDATE LoginRequest SET ${assignments} WHERE id = ?`).run(...values, id)
  }
}
