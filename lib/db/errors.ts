/**
 * What an error of the database means. By name and mark, not by class: bundles that are loaded apart have classes of
 * their own.
 */
import { AppError } from '../errors'

/** Prisma's codes, the kinds inside of its P2010, SQLite's and PostgreSQL's own: a broken rule is no outage. */
const UNIQUE = [
  'P2002',
  'UniqueConstraintViolation',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  '23505',
]
const STATEMENT_ERRORS = [
  ...UNIQUE,
  ...['P2003', 'ForeignKeyConstraintViolation', 'SQLITE_CONSTRAINT_FOREIGNKEY', '23503'],
  ...['P2011', 'NullConstraintViolation', 'SQLITE_CONSTRAINT_NOTNULL', '23502'],
  'P2025',
]

/** Deadlock and serialization failure: nothing is broken, and the same again may succeed. */
const HEAD_ON = ['40P01', '40001', 'P2034', 'TransactionWriteConflict']
/** What pg says where there is no connection, without a code of its own. */
const NO_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered))/

const isDatabaseError = (error: unknown): error is Error =>
  error instanceof Error &&
  ('clientVersion' in error || /^(PrismaClient|DriverAdapter|Sqlite)/.test(error.name) || isPgError(error))

/** An error of the server has a `severity`; one of the socket a `syscall`. */
const isPgError = (error: Error): boolean =>
  'severity' in error || 'syscall' in error || NO_CONNECTION.test(error.message)

/** True where the database failed, rather than the statement: a full disk, a lock, a file that is gone. */
export const isFault = (error: unknown): boolean =>
  isDatabaseError(error) &&
  error.name !== 'PrismaClientValidationError' &&
  !STATEMENT_ERRORS.includes(codeOf(error))

/** True where a write broke a unique index. */
export const isUniqueViolation = (error: unknown): boolean =>
  isDatabaseError(error) && UNIQUE.includes(codeOf(error))

/** True where the database ended a transaction in favour of another one. */
export const isSerializationFailure = (error: unknown): boolean =>
  isDatabaseError(error) && HEAD_ON.includes(codeOf(error))

/** Prisma says P2010 of every raw statement that failed; why is further inside. */
function codeOf(error: Error & { code?: unknown; meta?: RawErrorMeta }): string {
  const kind = error.code === 'P2010' && error.meta?.driverAdapterError?.cause?.kind
  return String(kind || error.code || '')
}

interface RawErrorMeta {
  driverAdapterError?: { cause?: { kind?: string } }
}

/**
 * Runs `run` with a client.
 * @throws AppError `unavailable` where the database failed; our own refusals and bugs stay what they are
 */
export async function answered<Client, T>(run: (client: Client) => Promise<T>, client: Client): Promise<T> {
  try {
    return await run(client)
  } catch (error) {
    throw translate(error)
  }
}

/** Faults of the database become `unavailable`; our own refusals and bugs stay what they are. */
export const translate = (error: unknown): unknown => (isFault(error) ? unavailable(error) : error)

/** @returns AppError `unavailable` */
export const unavailable = (cause: unknown): AppError => new AppError('unavailable', { retryAfter: 2, cause })
