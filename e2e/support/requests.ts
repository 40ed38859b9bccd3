/** The login requests of a server, wherever it keeps them. */
import { stored, type Engine } from './engine'

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

export const TIMES = ['createdAt', 'scannedAt', 'confirmedAt', 'consumedAt', 'expiresAt'] as const
/** Columns with hashes of secrets that must never leave the server. */
export const HASHES = ['desktopSecretHash', 'scanTokenHash', 'userCodeHash'] as const

/** Where they are, tests look at them and age them. */
export interface Requests {
  one(id: string): Promise<LoginRow>
  all(): Promise<object[]>
  /** Moves all times of one into the past. */
  age(id: string, seconds: number): Promise<void>
  /** Of secrets that must never leave the server. */
  hashes(): Promise<string[]>
  close(): Promise<void>
}

export class LoginRows implements Requests {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async one(id: string): Promise<LoginRow> {
    const [row] = await this.#engine.ask<LoginRow>('SELECT * FROM "LoginRequest" WHERE "id" = ?', id)
    return row!
  }

  all(): Promise<object[]> {
    return this.#engine.ask('SELECT * FROM "LoginRequest" ORDER BY "id"')
  }

  async age(id: string, seconds: number): Promise<void> {
    await moveTimes(this.#engine, 'LoginRequest', 'id', id, TIMES, seconds)
  }

  async hashes(): Promise<string[]> {
    const rows = await this.#engine.ask<Record<string, string | null>>(
      `SELECT ${HASHES.map((column) => `"${column}"`).join(', ')} FROM "LoginRequest"`,
    )
    return rows.flatMap((row) => Object.values(row)).filter((hash) => hash !== null)
  }

  /** The connection is its owner's. */
  async close(): Promise<void> {}
}

/** Moves times of what `key` names into the past; what is null stays it. */
export async function moveTimes(
  engine: Engine,
  table: string,
  key: string,
  id: string,
  columns: readonly string[],
  seconds: number,
): Promise<void> {
  const where = `"${table}" WHERE "${key}" = ?`
  const [row] = await engine.ask<Record<string, string | null>>(`SELECT * FROM ${where}`, id)
  for (const column of columns) {
    const value = row?.[column]
    if (typeof value !== 'string') continue
    const moved = stored(Date.parse(value) - seconds * 1000)
    await engine.ask(`UPDATE "${table}" SET "${column}" = ? WHERE "${key}" = ?`, moved, id)
  }
}
