/** Desktops that an account does not want to be asked by any more. */
import { networkOf } from '../compare'
import type { Block, LoginRequest } from '../generated/prisma/client'
import { insertInto, sql, type Runner, type Statement } from '../sql'
import { newId } from '../tokens'

const BLOCK_DAYS = 30

interface Desktop {
  userId: string
  /** The device that it is, by its cookie. */
  deviceId: string | null
  address: string | null
  browser: string | null
  system: string | null
}

/** Blocks a desktop for one account. */
export async function block(tx: Runner, desktop: Desktop, now: Date): Promise<void> {
  const expiresAt = new Date(now.getTime() + BLOCK_DAYS * 86_400_000)
  await tx.$queryRaw(insertInto('Block', { id: newId(), ...desktop, createdAt: now, expiresAt }))
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
