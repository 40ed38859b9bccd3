/**
 * SQL of our own, for what every sign-in does: as prepared statements it is several times as quick as Prisma's models.
 * Names of tables and columns come from the schema's types, never from outside; values are always bound.
 * See docs/decisions/prepared-statements.md.
 */
import { settings } from './env'
import {
  Prisma,
  type AuditEvent,
  type Block,
  type Device,
  type LoginRequest,
  type Notice,
  type Session,
  type User,
} from './generated/prisma/client'

export const { sql, join } = Prisma
export type Statement = Prisma.Sql

/** What runs statements: Prisma, inside of a transaction or not, or `PreparedStatements`. */
export interface Runner {
  $queryRaw<Rows>(statement: Statement): Promise<Rows>
  /** Sends a statement without waiting for its answer. Where it fails, the transaction does. */
  $send?(statement: Statement): void
}

/**
 * Runs a statement of a transaction whose rows nobody reads. Over a network it travels with the statements behind it,
 * and the transaction fails where it does.
 */
export async function send(tx: Runner, statement: Statement): Promise<void> {
  if (tx.$send) tx.$send(statement)
  else await tx.$queryRaw(statement)
}

interface Tables {
  AuditEvent: AuditEvent
  Block: Block
  Device: Device
  LoginRequest: LoginRequest
  Notice: Notice
  Session: Session
  User: User
}
export type Table = keyof Tables
export type Row<T extends Table> = Tables[T]

/** Columns and their values; several, in brackets, mean any of them. */
type Columns<T extends Table> = Partial<Tables[T]>
export type Condition<T extends Table> = {
  [Column in keyof Tables[T]]?: Tables[T][Column] | readonly NonNullable<Tables[T][Column]>[]
}

/** A time where the database can't see its type by itself: PostgreSQL takes an untyped value for text. */
export const moment = (at: Date | null): Statement =>
  settings().database.engine === 'sqlite' ? sql`${at}` : sql`CAST(${at} AS timestamp)`

/** What a `SELECT` ends with that locks its rows. SQLite has one transaction that writes at a time. */
const locking = (how: string): Statement =>
  settings().database.engine === 'sqlite' ? sql`` : Prisma.raw(how)

/** Waits for whoever has one of the rows in hand. */
export const forUpdate = (): Statement => locking('FOR UPDATE')

/** The same, but keys of rows that belong to them may still be written. In the order of the tables. */
export const forNoKeyUpdate = (...tables: Table[]): Statement =>
  locking(`FOR NO KEY UPDATE OF ${tables.map((name) => `"${name}"`).join(', ')}`)

/** Leaves out rows that another transaction has in hand. */
export const skipLocked = (): Statement => locking('FOR UPDATE SKIP LOCKED')

/**
 * `LIMIT n`, with the number in the text: SQLite prepares a statement anew for each value that is bound there, as it plans
 * by it. So it is for the few numbers that the code knows.
 */
export function limit(count: number, { skip = 0 } = {}): Statement {
  if (![count, skip].every(Number.isSafeInteger)) throw new TypeError('A limit is a whole number.')
  return Prisma.raw(skip === 0 ? `LIMIT ${count}` : `LIMIT ${count} OFFSET ${skip}`)
}

const name = (identifier: string): Statement => Prisma.raw(`"${identifier}"`)

/** `"Session"` */
export const table: (name: Table) => Statement = name

/** `"a", "b"` */
export const columns = <T extends Table>(names: readonly (keyof Tables[T] & string)[]): Statement =>
  Prisma.raw(names.map((column) => `"${column}"`).join(', '))

/** `= ?` for one, and `IN (…)` for a list that may grow: one bound value, and one text, however long it is. */
export const among = (ids: readonly string[]): Statement =>
  ids.length === 1
    ? sql`= ${ids[0]}`
    : settings().database.engine === 'sqlite'
      ? sql`IN (SELECT "value" FROM json_each(${JSON.stringify(ids)}))`
      : sql`= ANY(CAST(${ids} AS text[]))`

/** Prisma's models refuse `undefined` as well: it would be written as null. */
function entriesOf(row: object): [string, unknown][] {
  const entries = Object.entries(row)
  for (const [column, value] of entries)
    if (value === undefined) throw new TypeError(`${column} is undefined.`)
  return entries
}

/** `INSERT INTO …`; columns that are left out get their default. */
export const insertInto = <T extends Table>(table: T, row: Columns<T>): Statement => insertAll(table, [row])

/** The same for several rows, which have the same columns. */
export function insertAll<T extends Table>(
  table: T,
  rows: readonly [Columns<T>, ...Columns<T>[]],
): Statement {
  const names = columns<T>(Object.keys(rows[0]) as (keyof Tables[T] & string)[])
  const values = rows.map((row) => sql`(${join(entriesOf(row).map(([, value]) => value))})`)
  return sql`INSERT INTO ${name(table)} (${names}) VALUES ${join(values, ', ')}`
}

/** `"a" = ?, "b" = ?`, for what stands behind `SET`. */
export const assign = <T extends Table>(columns: Columns<T>): Statement =>
  join(entriesOf(columns).map(([column, value]) => sql`${name(column)} = ${value}`))

/** A longer list is bound as one value. */
const SHORT_LIST = 20

/** `"a" = ? AND "b" IN (?, ?)`, for what stands behind `WHERE`; null matches null. */
export const matches = <T extends Table>(condition: Condition<T>): Statement =>
  join(
    entriesOf(condition).map(([column, value]) => {
      if (value === null) return sql`${name(column)} IS NULL`
      if (!Array.isArray(value)) return sql`${name(column)} = ${value}`
      if (value.length === 0) return sql`FALSE`
      return value.length > SHORT_LIST
        ? sql`${name(column)} ${among(value)}`
        : sql`${name(column)} IN (${join(value)})`
    }),
    ' AND ',
  )
