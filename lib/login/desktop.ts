/** What a desktop does with its login request: open it, read it, end it. */
import { audit } from '../audit'
import type { Caller } from '../caller'
import { db } from '../db'
import { isUniqueViolation } from '../db/errors'
import { AppError } from '../errors'
import { watch, type Watched } from '../events/watch'
import type { LoginRequest } from '../generated/prisma/client'
import { insertInto, join, sql, type Runner } from '../sql'
import { equal, hash, newId, newSecret, splitToken } from '../tokens'
import type { Reason } from '../wire'
import { auditRejection, explain, findRequest, move, reject } from './move'
import { isFinal, statusAt } from './state'
import { after, UNSCANNED_SECONDS } from './times'
import { hashUserCode, newUserCode } from './user-code'

/** How many requests one browser may hold open. */
export const MAX_OPEN = 5
/** How long a browser keeps the secret of a request that is over: its own tab may still ask what became of it. */
const KEPT_SECONDS = 60

const holdsSecret = (row: Watched, desktopSecret: string | undefined): boolean =>
  desktopSecret !== undefined && equal(row.desktopSecretHash, hash(desktopSecret))

/**
 * A desktop opens a login request.
 * @param held desktop secrets that the browser brought, by request id: at most five of its requests stay open
 * @param deviceCookie the browser's device cookie; whether it is anybody's, the scan finds out
 * @returns the row, the fresh desktop secret, the user code, and the held ids that are worth nothing any more
 */
export async function openRequest(
  caller: Caller,
  held: Map<string, string>,
  now: Date,
  deviceCookie?: string,
) {
  const secret = newSecret()
  const device = splitToken(deviceCookie)
  for (;;) {
    const userCode = newUserCode()
    try {
      const opened = await db().move((tx) => insert(tx, caller, held, { secret, userCode, device }, now))
      watch().remember(opened.request)
      return { ...opened, secret, userCode }
    } catch (error) {
      // Another open request shows the same user code: draw again.
      if (!isUniqueViolation(error)) throw error
    }
  }
}

async function insert(
  tx: Runner,
  caller: Caller,
  held: Map<string, string>,
  fresh: { secret: string; userCode: string; device: ReturnType<typeof splitToken> },
  now: Date,
): Promise<{ request: LoginRequest; over: string[] }> {
  const own = await ownRequests(tx, held)
  const open = own.filter((row) => !isFinal(statusAt(row, now)))
  for (const { id } of open.slice(0, Math.max(0, open.length - MAX_OPEN + 1))) {
    const row = await move(tx, 'supersede', { id }, {}, now)
    if (row) await auditRejection(tx, row, caller, now)
  }
  const created = insertInto('LoginRequest', {
    id: newId(),
    state: 'new',
    purpose: 'sign_in',
    desktopSecretHash: hash(fresh.secret),
    userCodeHash: hashUserCode(fresh.userCode),
    desktopKind: caller.agent.kind,
    desktopBrowser: caller.agent.browser,
    desktopSystem: caller.agent.system,
    desktopAddress: caller.address,
    desktopDeviceId: fresh.device?.id ?? null,
    desktopDeviceHash: fresh.device ? hash(fresh.device.secret) : null,
    browserId: own.at(-1)?.browserId ?? newId(),
    createdAt: now,
    expiresAt: after(now, UNSCANNED_SECONDS),
  })
  const [request] = await tx.$queryRaw<[LoginRequest]>(sql`${created} RETURNING *`)
  await audit(tx, now, { type: 'login_opened', loginRequestId: request.id, address: caller.address })
  const kept = new Set(own.filter((row) => after(row.expiresAt, KEPT_SECONDS) > now).map((row) => row.id))
  return { request, over: [...held.keys()].filter((id) => !kept.has(id)) }
}

/** The requests whose secrets a browser holds, oldest first. */
async function ownRequests(tx: Runner, held: Map<string, string>): Promise<LoginRequest[]> {
  if (held.size === 0) return []
  const rows = await tx.$queryRaw<LoginRequest[]>(sql`
    SELECT * FROM "LoginRequest" WHERE "id" IN (${join([...held.keys()])}) ORDER BY "createdAt"`)
  return rows.filter((row) => holdsSecret(row, held.get(row.id)))
}

function requireOwn<Row extends Watched>(row: Row | null, desktopSecret: string | undefined): Row {
  if (!row || !holdsSecret(row, desktopSecret)) throw new AppError('not_found')
  return row
}

/**
 * The request as its own desktop may read it, from memory while nothing changes.
 * @throws AppError `not_found` for a stranger's request and a missing one alike
 */
export async function readAsDesktop(id: string, desktopSecret: string | undefined): Promise<Watched> {
  const row = watch().read(id)
  return requireOwn(row instanceof Promise ? await row : row, desktopSecret)
}

/**
 * The row itself, for a desktop that is about to move it.
 * @throws AppError `not_found` for a stranger's request and a missing one alike
 */
export const findAsDesktop = async (id: string, desktopSecret: string | undefined): Promise<LoginRequest> =>
  requireOwn(await findRequest(id), desktopSecret)

/**
 * The desktop ends its own request.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function endAsDesktop(
  id: string,
  desktopSecret: string | undefined,
  reason: 'withdrawn' | 'not_me',
  caller: Caller,
  now: Date,
): Promise<Reason> {
  const name = reason === 'not_me' ? 'not_me' : 'withdraw'
  const known = await findAsDesktop(id, desktopSecret)
  const row = await reject(name, { id, desktopSecretHash: known.desktopSecretHash }, caller, now)
  if (!row) throw explain(await findRequest(id), name, now)
  return row.reason as Reason
}
