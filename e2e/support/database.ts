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
    const tables = ['User', 'Device', 'Session', 'LoginRequest', 'AuditEvent', 'Notice', 'Block']
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
    this.#move('LoginRequest', 'id', id, TIMES, seconds)
  }

  /** The same for a session, and for the notice of it. */
  ageSession(id: string, seconds: number): void {
    this.#move('Session', 'id', id, ['createdAt', 'probationEndsAt'], seconds)
    this.#move('Notice', 'sessionId', id, ['createdAt', 'linkEndsAt'], seconds)
  }

  #move(table: string, key: string, id: string, columns: readonly string[], seconds: number): void {
    const row = this.#database.prepare(`${ALL} ${table} WHERE ${key} = ?`).get(id) as Record<string, unknown>
    for (const column of columns) {
      const value = row[column]
      if (typeof value !== 'string') continue
      const moved = stored(Date.parse(value) - seconds * 1000)
      this.#database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`).run(moved, id)
    }
  }

  /** The notice of a session, by id. */
  noticeOf(sessionId: string): string {
    const row = this.#database.prepare('SELECT id FROM Notice WHERE sessionId = ?').get(sessionId)
    return (row as { id: string }).id
  }

  /** Lets that much happen in the account of a session. */
  note(sessionId: string, times: number): void {
    const { userId } = this.session(sessionId)
    const insert = this.#database.prepare('INSERT INTO AuditEvent (at, type, userId) VALUES (?, ?, ?)')
    for (let time = 0; time < times; time++) insert.run(stored(Date.now()), 'profile_changed', userId)
  }
}
