/** Work on many rows, in parts: no statement grows with what has piled up. */
import { setImmediate } from 'node:timers/promises'
import { db } from './db'
import {
  columns,
  skipLocked,
  limit,
  sql,
  table,
  type Row,
  type Runner,
  type Statement,
  type Table,
} from './sql'

/** How many rows one statement changes at most. */
export const ROWS_PER_PART = 1_000

type DateColumn<T extends Table> = {
  [Column in keyof Row<T>]: Row<T>[Column] extends Date ? Column & string : never
}[keyof Row<T>]

interface Old<T extends Table> {
  /** An indexed column of times: the oldest rows go first. */
  by: DateColumn<T>
  before: Date
  /** What else must be true of a row. */
  and?: Statement
  /** What else goes with the rows of a part, in its transaction. */
  also?: (tx: Runner, rows: Row<T>[]) => Promise<void>
}

/** Works through rows in parts, within one transaction. Between two parts others are served. */
export async function inParts<T>(rows: readonly T[], work: (part: T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_PART) {
    // SQLite's statements run in this thread.
    if (start > 0) await setImmediate()
    await work(rows.slice(start, start + ROWS_PER_PART))
  }
}

/**
 * Removes the rows of a table that are older than `before`. Each part is a short transaction of its own, so that others
 * write in between. Several servers may do so at once: each takes rows that no other one has in hand.
 * @returns how many rows this call removed
 */
export async function removeOld<T extends Table>(
  name: T,
  { by, before, and = sql`TRUE`, also }: Old<T>,
): Promise<number> {
  const [key, from] = [columns<T>(['id', by]), columns<T>([by])]
  // PostgreSQL keeps removed rows in its index for a while: no part looks at those of the parts before it.
  let start = new Date(0)
  for (let removed = 0; ;) {
    const rows = await db().move(async (tx) => {
      const part = await tx.$queryRaw<Row<T>[]>(sql`
        WITH "part" AS MATERIALIZED (
          SELECT "id" FROM ${table(name)} WHERE ${from} >= ${start} AND ${from} < ${before} AND ${and}
          ORDER BY ${from} ${limit(ROWS_PER_PART)} ${skipLocked()})
        DELETE FROM ${table(name)} WHERE "id" IN (SELECT "id" FROM "part")
        RETURNING ${also ? sql`*` : key}`)
      if (part.length > 0) await also?.(tx, part)
      return part
    })
    removed += rows.length
    if (rows.length < ROWS_PER_PART) return removed
    start = new Date(Math.max(...rows.map((row) => Number(row[by]))))
  }
}

/**
 * Removes all rows of a table that match.
 * @returns how many rows this call removed
 */
export async function removeAll(name: Table, which: Statement): Promise<number> {
  for (let removed = 0; ;) {
    const rows = await db().move((tx) =>
      tx.$queryRaw<{ id: unknown }[]>(sql`
        WITH "part" AS MATERIALIZED (
          SELECT "id" FROM ${table(name)} WHERE ${which} ${limit(ROWS_PER_PART)} ${skipLocked()})
        DELETE FROM ${table(name)} WHERE "id" IN (SELECT "id" FROM "part")
        RETURNING "id"`),
    )
    removed += rows.length
    if (rows.length < ROWS_PER_PART) return removed
  }
}
