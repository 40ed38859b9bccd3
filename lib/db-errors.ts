/**
 * What an error of the database means. By name and mark, not by class: bundles that are loaded apart have classes of
 * their own.
 */

/** Prisma's codes, the kinds inside of its P2010, and SQLite's own: a broken rule is no outage. */
const UNIQUE = [
  'P2002',
  'UniqueConstraintViolation',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
]
const STATEMENT_ERRORS = [
  ...UNIQUE,
  ...['P2003', 'ForeignKeyConstraintViolation', 'SQLITE_CONSTRAINT_FOREIGNKEY'],
  ...['P2011', 'NullConstraintViolation', 'SQLITE_CONSTRAINT_NOTNULL'],
  'P2025',
]

const isDatabaseError = (error: unknown): error is Error =>
  error instanceof Error &&
  ('clientVersion' in error || /^(PrismaClient|DriverAdapter|Sqlite)/.test(error.name))

/** True where the database failed, rather than the statement: a full disk, a lock, a file that is gone. */
export const isFault = (error: unknown): boolean =>
  isDatabaseError(error) &&
  error.name !== 'PrismaClientValidationError' &&
  !STATEMENT_ERRORS.includes(codeOf(error))

/** True where a write broke a unique index. */
export const isUniqueViolation = (error: unknown): boolean =>
  isDatabaseError(error) && UNIQUE.includes(codeOf(error))

/** Prisma says P2010 of every raw statement that failed; why is further inside. */
function codeOf(error: Error & { code?: unknown; meta?: RawErrorMeta }): string {
  const kind = error.code === 'P2010' && error.meta?.driverAdapterError?.cause?.kind
  return String(kind || error.code || '')
}

interface RawErrorMeta {
  driverAdapterError?: { cause?: { kind?: string } }
}
