/** Desktops that an account does not want to be asked by any more. */
import { insertInto, sql, type Runner, type Statement } from '../sql'
import { newId } from '../tokens'

const BLOCK_DAYS = 30

interface Desktop {
  userId: string
  /** The device cookie that it holds, by id. */
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

/**
 * True, in SQL, where the desktop of a `LoginRequest` is blocked for `userId`: by its device cookie, or by being what
 * and where the reported one was. A browser that the account knows is not taken for another one beside it.
 */
export const isBlocked = (userId: string, isKnown: Statement, now: Date): Statement => sql`
  EXISTS (
    SELECT 1 FROM "Block"
    WHERE "Block"."userId" = ${userId} AND "Block"."expiresAt" > ${now}
      AND (
        "Block"."deviceId" = "LoginRequest"."desktopDeviceId" AND EXISTS (
          SELECT 1 FROM "Device" WHERE "Device"."id" = "Block"."deviceId"
            AND "Device"."secretHash" = "LoginRequest"."desktopDeviceHash")
        OR "Block"."address" = "LoginRequest"."desktopAddress"
          AND "Block"."browser" IS NOT DISTINCT FROM "LoginRequest"."desktopBrowser"
          AND "Block"."system" IS NOT DISTINCT FROM "LoginRequest"."desktopSystem"
          AND NOT ${isKnown}))`
