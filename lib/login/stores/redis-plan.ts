/** What a move writes in Redis. */
import type { AuditEntry } from '../../audit'
import type { LoginRequest } from '../../generated/prisma/client'
import { changesOf } from '../move'
import { REFUSAL_SECONDS } from '../signals'
import { MOVES, type Move } from '../state'
import type { Binding, Telling } from '../store'
import { keys, KEPT_UNWRITTEN_MS } from './redis-keys'
import { encode, type Encoded } from './redis-row'

/** A command of Redis, with its arguments. */
export type Command = (string | number)[]

/** Longer than a request is open after its scan. */
export const OPEN_AT_MOST_MS = 10 * 60_000

const matchesBinding = (row: LoginRequest, binding: Binding): boolean =>
  Object.entries(binding).every(([column, wanted]) => {
    const value = row[column as keyof LoginRequest]
    return Array.isArray(wanted) ? wanted.includes(value) : value === wanted
  })

/** True where the state table and the binding allow a move. */
export const allowed = (row: LoginRequest, name: Move, binding: Binding): boolean =>
  (MOVES[name].from as readonly string[]).includes(row.state) && matchesBinding(row, binding)

/** Writes fields; times need the moment, and go to the script apart. */
export const writing = (id: string, { fields, cleared }: Encoded): Command[] => [
  ...(fields.length > 0 ? [['HSET', keys.request(id), ...fields]] : []),
  ...(cleared.length > 0 ? [['HDEL', keys.request(id), ...cleared]] : []),
]

/** Adds to a history. */
export const noted = (id: string, at: Date, entries: AuditEntry[], keptMs = KEPT_UNWRITTEN_MS): Command[] => [
  ...entries.map((entry) => ['RPUSH', keys.history(id), JSON.stringify({ at, entry })]),
  ['PEXPIRE', keys.history(id), keptMs],
]

/** What a move writes, and the row after it. */
export function planOf(
  row: LoginRequest,
  name: Move,
  data: Partial<LoginRequest>,
  entries: Telling['entries'],
  now: Date,
) {
  const changes = changesOf(name, data)
  const after: LoginRequest = { ...row, ...changes, revision: row.revision + 1 }
  const encoded = encode(changes, now)
  const commands = [
    ...writing(row.id, encoded),
    ...noted(row.id, now, entries(after)),
    ...(row.userCodeHash !== null && after.userCodeHash === null
      ? [['DEL', keys.userCode(row.userCodeHash)]]
      : []),
    ...(name === 'scan' ? claimed(after) : []),
    ...(name === 'not_me' ? refused(after) : []),
    ...unwritten(after, name),
  ]
  return { after, times: JSON.stringify(encoded.times), commands: JSON.stringify(commands) }
}

/** So that the session's end finds it; what is long over makes room. */
function claimed({ id, scanSessionId, scannedAt }: LoginRequest): Command[] {
  const [list, at] = [keys.ofSession(scanSessionId ?? ''), scannedAt?.getTime() ?? 0]
  const kept = [list, keys.request(id), keys.history(id)].map((key) => ['PEXPIRE', key, KEPT_UNWRITTEN_MS])
  return [['ZREMRANGEBYSCORE', list, '-inf', at - OPEN_AT_MOST_MS], ['ZADD', list, at, id], ...kept]
}

/** For who scans this browser's next code. */
function refused({ id, browserId, scanUserId, scannedAt }: LoginRequest): Command[] {
  const list = keys.refusals(browserId ?? '', scanUserId ?? '')
  return [
    ['ZADD', list, scannedAt?.getTime() ?? 0, id],
    ['PEXPIRE', list, REFUSAL_SECONDS * 1000],
  ]
}

/** Whom nobody scanned concerns no account: what became of it is not written, as long as nobody ends it. */
const unwritten = ({ id, scanSessionId, expiresAt }: LoginRequest, name: Move): Command[] =>
  scanSessionId !== null || MOVES[name].to === 'rejected'
    ? [['ZADD', keys.unwritten, expiresAt.getTime(), id]]
    : []
