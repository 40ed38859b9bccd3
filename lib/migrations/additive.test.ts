/**
 * While nodes are upgraded one after the other, those of the version before run on the newer schema. So a migration only
 * adds (expand). What takes away comes a version later (contract), and says in a comment why nobody misses it.
 */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migrationNames, POSTGRESQL } from './engine'

const TAKES_AWAY =
  /\b(DROP (TABLE|COLUMN|TYPE)|RENAME|ALTER COLUMN "\w+" (SET (DATA TYPE|NOT NULL)|TYPE)|TRUNCATE|DELETE FROM)\b/
/** A column that must be given, and that nobody of the version before gives. */
const DEMANDS = /ADD COLUMN(?=[^,;]*NOT NULL)(?![^,;]*DEFAULT)/
const CONTRACT = /^-- contract: .{20,}/m

function complaint(sql: string): string | undefined {
  if (CONTRACT.test(sql)) return undefined
  return (TAKES_AWAY.exec(sql) ?? DEMANDS.exec(sql))?.[0]
}

// The first one finds nothing that it could take away.
test.each([
  ['none yet'],
  ...migrationNames(POSTGRESQL)
    .slice(1)
    .map((name) => [name]),
])('the version before can live with %s', (name) => {
  const file = path.join(POSTGRESQL.folder, 'migrations', name, 'migration.sql')
  const sql = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  expect(complaint(sql)).toBeUndefined()
})

test.each([
  ['ALTER TABLE "User" ADD COLUMN "note" TEXT;', undefined],
  ['ALTER TABLE "User" ADD COLUMN "count" INTEGER NOT NULL DEFAULT 0;', undefined],
  ['CREATE TABLE "New" ("id" TEXT NOT NULL);', undefined],
  ['CREATE UNIQUE INDEX "a" ON "b"("c");', undefined],
  ['ALTER TABLE "User" ADD COLUMN "note" TEXT NOT NULL;', 'ADD COLUMN'],
  ['ALTER TABLE "User" DROP COLUMN "note";', 'DROP COLUMN'],
  ['ALTER TABLE "User" RENAME COLUMN "a" TO "b";', 'RENAME'],
  ['ALTER TABLE "User" ALTER COLUMN "a" SET NOT NULL;', 'ALTER COLUMN "a" SET NOT NULL'],
  ['DROP TABLE "User";', 'DROP TABLE'],
  ['-- contract: nobody has read it since 1.2\nDROP TABLE "User";', undefined],
])('%s', (sql, found) => expect(complaint(sql)).toBe(found))
