/** The statements that reach the database's driver, Prisma's and our own alike. */
import Database from 'better-sqlite3'
import pg from 'pg'
import { settings } from '../env'

export interface Recorded {
  sql: string
  values: unknown[]
  /** PostgreSQL knows it by name, and after some calls plans it without a look at the values. */
  isNamed: boolean
}

// Savepoints are to moves that are committed together what BEGIN and COMMIT are to one.
const TRANSACTION = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/

/** Records what `run` makes, but for what begins and ends transactions. */
export async function recordStatements(run: () => Promise<unknown>): Promise<Recorded[]> {
  const statements: Recorded[] = []
  const note: Note = (sql, values = [], isNamed = false) => {
    if (!TRANSACTION.test(sql)) statements.push({ sql, values, isNamed })
  }
  const restore = settings().database.engine === 'sqlite' ? hookSqlite(note) : hookPostgres(note)
  try {
    await run()
  } finally {
    restore()
  }
  return statements
}

type Note = (sql: string, values?: unknown[], isNamed?: boolean) => void
type Method = (this: never, ...args: unknown[]) => unknown

/** Calls `look` before each call of a method. */
function hook(holder: object, name: string, look: (self: never, args: unknown[]) => unknown): () => void {
  const methods = holder as Record<string, Method>
  const original = methods[name]!
  methods[name] = function (...args) {
    look(this, args)
    return original.apply(this, args)
  }
  return () => void (methods[name] = original)
}

function hookSqlite(note: Note): () => void {
  const made = new Database(':memory:')
  const prototype = Object.getPrototypeOf(made.prepare('SELECT 1')) as object
  made.close()
  const bound = new WeakMap<Database.Statement, unknown[]>()
  const restore = [
    hook(prototype, 'bind', (self: Database.Statement, args) => bound.set(self, args.flat())),
    ...['run', 'get', 'all', 'iterate'].map((name) =>
      hook(prototype, name, (self: Database.Statement, args) => note(self.source, bound.get(self) ?? args)),
    ),
    hook(Database.prototype, 'exec', (_, [sql]) => note(String(sql))),
  ]
  return () => restore.forEach((putBack) => putBack())
}

const hookPostgres = (note: Note): (() => void) =>
  hook(pg.Client.prototype, 'query', (_, [query, values]) => {
    if (typeof query === 'string') return note(query, values as unknown[] | undefined)
    const { text, values: own, name } = query as pg.QueryConfig
    note(text, own, name !== undefined)
  })
