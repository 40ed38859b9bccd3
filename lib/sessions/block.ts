/** Desktops that an account does not want to be asked by any more. */
import { networkOf } from '../compare'
import type { Block, LoginRequest } from '../generated/prisma/client'
import { insertInto, limit, send, sql, type Runner, type Statement } from '../sql'
import { newId } from '../tokens'
import type { LockedAccount } from './account'

const BLOCK_DAYS = 30
/** How many blocks an account has at most: a scan reads them. The newest count. */
const MAX_BLOCKS = 100

interface Desktop {
  /** The device that it is, by its cookie. */
  deviceId: string | null
  address: string | null
  browser: string | null
  system: string | null
}

/** Blocks desktops for one account. Of more than an account may block, the first ones. */
export async function blockAll(account: LockedAccount, desktops: Desktop[], now: Date): Promise<void> {
  const { tx, user } = account
  const expiresAt = new Date(now.getTime() + BLOCK_DAYS * 86_400_000)
  const added = desktops.slice(0, MAX_BLOCKS)
  const row = { userId: user.id, createdAt: now, expiresAt }
  const makeRoom = sql`
    DELETE FROM "Block" WHERE "userId" = ${user.id} AND "id" NOT IN (
      SELECT "id" FROM "Block" WHERE "userId" = ${user.id}
      ORDER BY "createdAt" DESC ${limit(MAX_BLOCKS - added.length)})`
  await send(tx, makeRoom)
  for (const desktop of added) await send(tx, insertInto('Block', { id: newId(), ...row, ...desktop }))
}

/** True, in SQL, where an account has blocked any desktop at all. */
export const hasBlocks = (userId: string, now: Date): Statement =>
  sql`EXISTS (SELECT 1 FROM "Block" WHERE "userId" = ${userId} AND "Block"."expiresAt" > ${now})`

/**
 * Whether an account has blocked the desktop of a request: by its device cookie, or by being what and where the reported
 * one was. A browser that the account knows is not taken for another one beside it.
 */
export async function isBlocked(
  client: Runner,
  row: LoginRequest,
  userId: string,
  isKnown: boolean,
  now: Date,
): Promise<boolean> {
  const blocks = await client.$queryRaw<Block[]>(sql`
    SELECT * FROM "Block" WHERE "userId" = ${userId} AND "expiresAt" > ${now}`)
  const deviceId = await provenDevice(client, row)
  return blocks.some(
    (known) => (deviceId !== null && known.deviceId === deviceId) || (!isKnown && isSamePlace(known, row)),
  )
}

/** The id in the device cookie that a desktop brought, where the rest of the cookie is right as well. */
export async function provenDevice(client: Runner, row: LoginRequest): Promise<string | null> {
  const [device] = await client.$queryRaw<{ id: string }[]>(sql`
    SELECT "id" FROM "Device" WHERE "id" = ${row.desktopDeviceId} AND "secretHash" = ${row.desktopDeviceHash}`)
  return device?.id ?? null
}

const isSamePlace = (known: Block, row: LoginRequest): boolean =>
  known.address !== null &&
  row.desktopAddress !== null &&
  networkOf(known.address) === networkOf(row.desktopAddress) &&
  known.browser === row.desktopBrowser &&
  known.system === row.desktopSystem
