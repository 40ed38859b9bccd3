/**
 * What an error of the database means. By name and code, not by class: bundles that are loaded apart have classes of
 * their own. An error may carry several codes: Prisma's, the kind that its adapter took the error for, and the driver's
 * own, which is SQLite's result code (sqlite.org/rescode.html) or SQLSTATE (PostgreSQL's appendix A).
 */
import { isConnectionCode } from '../connection-code'
import { AppError, isAppError } from '../errors'

const UNIQUE = [
  'P2002',
  'UniqueConstraintViolation',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  '23505',
]

/** Deadlock and serialization failure: nothing is broken, and the same again may succeed. */
const HEAD_ON = ['40P01', '40001', 'P2034', 'TransactionWriteConflict']

/** The codes of an outage. An error with none of them is a bug, and never told as an outage. */
const OUTAGES = [
  // Lock, disk, memory, file.
  /^SQLITE_(BUSY|LOCKED|PROTOCOL|FULL|IOERR|NOMEM|CANTOPEN|READONLY|PERM|CORRUPT|NOTADB)(_|$)/,
  // Connection, resources, operator, system, and PostgreSQL's own failure. 08P01 is told of too many values, too.
  /^(08(?!P01)|53|57|58|XX)\w{3}$/,
  // A server that takes no writes or no login, a timeout of a transaction, a lock.
  /^(25006|25P03|25P04|28000|28P01|3D000|55P03)$/,
  // Prisma: the server can't be reached, refuses the login, or takes too long; no connection, or no transaction in time.
  /^P(100[0-3]|1008|1010|1011|1017|2024|2028|2037)$/,
  /^(DatabaseNotReachable|DatabaseDoesNotExist|DatabaseAccessDenied|AuthenticationFailed|TlsConnectionError)$/,
  /^(ConnectionClosed|SocketTimeout|TooManyConnections)$/,
]
/** How PostgreSQL marks an error that ends the connection. */
const ENDS = ['FATAL', 'PANIC']
/** What pg says where there is no connection, and better-sqlite3 where there is no folder: both without a code. */
const NO_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered)|Cannot open database)/

/** Where an error, and what Prisma knows of its adapter's, may carry codes. */
interface Marked {
  code?: unknown
  /** Of an error at the first connection. */
  errorCode?: unknown
  kind?: unknown
  originalCode?: unknown
  severity?: unknown
}
interface DatabaseError extends Marked {
  cause?: Marked
  meta?: { driverAdapterError?: { cause?: Marked } }
}

function marksOf(error: unknown): Marked[] {
  // A refusal of ours has a cause that may be another program's outage.
  if (!(error instanceof Error) || isAppError(error)) return []
  const { cause, meta } = error as DatabaseError
  return [error as Marked, cause, meta?.driverAdapterError?.cause].filter((marked) => marked !== undefined)
}

const codesOf = (error: unknown): string[] =>
  marksOf(error)
    .flatMap(({ code, errorCode, kind, originalCode }) => [code, errorCode, kind, originalCode])
    .filter((code) => typeof code === 'string')

const hasCode = (error: unknown, codes: string[]): boolean =>
  codesOf(error).some((code) => codes.includes(code))

/** True where the database failed, rather than the statement: a full disk, a lock, a connection that broke. */
export const isFault = (error: unknown): boolean =>
  isSerializationFailure(error) ||
  codesOf(error).some((code) => isConnectionCode(code) || OUTAGES.some((outage) => outage.test(code))) ||
  marksOf(error).some(({ severity }) => ENDS.includes(String(severity))) ||
  (error instanceof Error && NO_CONNECTION.test(error.message))

/** True where a write broke a unique index. */
export const isUniqueViolation = (error: unknown): boolean => hasCode(error, UNIQUE)

/** True where the database ended a transaction in favour of another one. */
export const isSerializationFailure = (error: unknown): boolean => hasCode(error, HEAD_ON)

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
