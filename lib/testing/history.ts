/** Rows in numbers, written by the database itself. */
import { sql, type Statement } from '../sql'

/** Inserts `count` rows of these values, in which `"i"` counts from 1. */
export const insertMany = (into: Statement, values: Statement, count: number): Statement => sql`
  INSERT INTO ${into}
  WITH RECURSIVE "n"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "n" WHERE "i" < ${count})
  SELECT ${values} FROM "n"`
