/** Sessions and those that they approved, in SQL. */
import { sql, type Statement } from '../sql'

/** True where a session is neither ended nor expired. Of its account nothing is asked. */
export const isOpenAt = (now: Date): Statement => sql`"endedAt" IS NULL AND "expiresAt" > ${now}`

/** The ids of a session and of those that it descends from, as long as `each` is true of them. */
export const lineOf = (id: string, each: Statement): Statement => sql`
  WITH RECURSIVE "line" AS (
    SELECT "id", "parentId" FROM "Session" WHERE "id" = ${id} AND ${each}
    UNION
    SELECT "parent"."id", "parent"."parentId" FROM (SELECT * FROM "Session" WHERE ${each}) AS "parent"
    JOIN "line" ON "parent"."id" = "line"."parentId")
  SELECT "id" FROM "line"`

/** The ids and devices of the sessions that `roots` holds, and of those that descend from them and `each` holds. */
export const treeOf = (roots: Statement, each: Statement): Statement => sql`
  WITH RECURSIVE "tree" AS (
    SELECT "id", "deviceId" FROM "Session" WHERE ${roots}
    UNION
    SELECT "child"."id", "child"."deviceId" FROM (SELECT * FROM "Session" WHERE ${each}) AS "child"
    JOIN "tree" ON "child"."parentId" = "tree"."id")
  SELECT "id", "deviceId" FROM "tree"`
