/** What a desktop does with its login request: open it, read it, end it. */
import type { Caller } from '../caller'
import { AppError } from '../errors'
import { watch, type Watched } from '../events/watch'
import type { LoginRequest } from '../generated/prisma/client'
import { metrics } from '../metrics'
import { equal, hash, newId, newSecret, splitToken } from '../tokens'
import type { Reason } from '../wire'
import { explain, rejection } from './move'
import { findRequest, missing, requests } from './requests'
import { isFinal, statusAt } from './state'
import type { NewRequest } from './store'
import { after, UNSCANNED_SECONDS } from './times'
import { hashUserCode, newUserCode } from './user-code'

/** How many requests one browser may hold open. */
export const MAX_OPEN = 5
/** How many secrets one answer takes away: they all stand in its head, which proxies keep in a buffer of 4 KiB. */
const MAX_DROPPED = 10
/** How long a browser keeps the secret of a request that is over: its own tab may still ask what became of it. */
const KEPT_SECONDS = 60

const holdsSecret = (row: Watched, desktopSecret: string | undefined): boolean =>
  desktopSecret !== undefined && equal(row.desktopSecretHash, hash(desktopSecret))

/**
 * A desktop opens a login request.
 * @param held desktop secrets that the browser brought, by request id: at most five of its requests stay open
 * @param deviceCookie the browser's device cookie; whether it is anybody's, the scan finds out
 * @returns the row, the fresh desktop secret, the user code, and the oldest of the held ids that are worth nothing any
 *   more: browsers send what they hold in the order in which they got it (RFC 6265 §5.4)
 */
export async function openRequest(
  caller: Caller,
  held: Map<string, string>,
  now: Date,
  deviceCookie?: string,
) {
  const secret = newSecret()
  const own = await ownRequests(held)
  await supersede(own, caller, now)
  const browserId = own.at(-1)?.browserId ?? newId()
  for (;;) {
    const userCode = newUserCode()
    const fresh = newRequest(caller, { secret, userCode, browserId, device: splitToken(deviceCookie) }, now)
    const entry = { type: 'login_opened', loginRequestId: fresh.id, address: caller.address } as const
    const request = await requests().add(fresh, entry, now)
    // Null where another open request shows the same user code: draw again.
    if (!request) continue
    metrics().moves.inc({ state: 'new', reason: '' })
    watch().remember(request)
    const kept = new Set(own.filter((row) => after(row.expiresAt, KEPT_SECONDS) > now).map((row) => row.id))
    const over = [...held.keys()].filter((id) => !kept.has(id))
    return { request, secret, userCode, over: over.slice(0, MAX_DROPPED) }
  }
}

/** The requests whose secrets a browser holds, oldest first. */
async function ownRequests(held: Map<string, string>): Promise<LoginRequest[]> {
  if (held.size === 0) return []
  const rows = await requests().find([...held.keys()])
  return rows
    .filter((row) => holdsSecret(row, held.get(row.id)))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
}

/** Ends the oldest of a browser's open requests, so that there is room for one more. */
async function supersede(own: LoginRequest[], { address }: Caller, now: Date): Promise<void> {
  const open = own.filter((row) => !isFinal(statusAt(row, now)))
  for (const { id } of open.slice(0, Math.max(0, open.length - MAX_OPEN + 1)))
    await requests().move('supersede', { id }, {}, rejection(address), now)
}

function newRequest(
  { agent, address }: Caller,
  fresh: { secret: string; userCode: string; browserId: string; device: ReturnType<typeof splitToken> },
  now: Date,
): NewRequest {
  return {
    id: newId(),
    state: 'new',
    purpose: 'sign_in',
    desktopSecretHash: hash(fresh.secret),
    userCodeHash: hashUserCode(fresh.userCode),
    desktopKind: agent.kind,
    desktopBrowser: agent.browser,
    desktopSystem: agent.system,
    desktopAddress: address,
    desktopDeviceId: fresh.device?.id ?? null,
    desktopDeviceHash: fresh.device ? hash(fresh.device.secret) : null,
    browserId: fresh.browserId,
    createdAt: now,
    expiresAt: after(now, UNSCANNED_SECONDS),
  }
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
  const known = watch().read(id)
  const row = known instanceof Promise ? await known : known
  return requireOwn(row ?? forgotten(id, desktopSecret), desktopSecret)
}

/** What stands for a request that its store may have lost: whoever still holds a secret of it is told that it ran out. */
const forgotten = (id: string, desktopSecret: string | undefined): Watched | null =>
  requests().mayForget && desktopSecret !== undefined
    ? { ...FORGOTTEN, id, desktopSecretHash: hash(desktopSecret) }
    : null

const FORGOTTEN = {
  state: 'new',
  reason: null,
  // Later than whatever a page has seen of it.
  revision: 1_000_000,
  scanUserId: null,
  proofs: '',
  number: null,
  createdAt: new Date(0),
  expiresAt: new Date(0),
}

/**
 * The row itself, for a desktop that is about to move it.
 * @throws AppError `not_found` for a stranger's request and a missing one alike, `expired` for one that its store may
 *   have lost
 */
export async function findAsDesktop(id: string, desktopSecret: string | undefined): Promise<LoginRequest> {
  const row = await findRequest(id)
  if (!row && desktopSecret !== undefined) throw missing()
  return requireOwn(row, desktopSecret)
}

/**
 * The desktop ends its own request.
 * @throws AppError `not_found`, `wrong_state`, `already_used`, `expired`
 */
export async function endAsDesktop(
  id: string,
  desktopSecret: string | undefined,
  reason: 'withdrawn' | 'not_me',
  { address }: Caller,
  now: Date,
): Promise<Reason> {
  const name = reason === 'not_me' ? 'not_me' : 'withdraw'
  const { desktopSecretHash } = await findAsDesktop(id, desktopSecret)
  const row = await requests().move(name, { id, desktopSecretHash }, {}, rejection(address), now)
  if (!row) throw explain(await findRequest(id), name, now)
  return row.reason as Reason
}
