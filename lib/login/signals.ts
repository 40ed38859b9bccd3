/** What is known of a sign-in when a phone scans, gathered for the policy. */
import proxyAddr from 'proxy-addr'
import type { Caller } from '../caller'
import { compare } from '../compare'
import { settings } from '../env'
import type { LoginRequest } from '../generated/prisma/client'
import type { CurrentSession } from '../sessions/current'
import { hasBlocks } from '../sessions/block'
import { lastProof } from '../sessions/strength'
import { matches, sql, type Condition, type Statement } from '../sql'
import type { Signals } from './policy'

const DAY_MS = 86_400_000
const WRONG_PICK_DAYS = 1
const REPORT_DAYS = 7
/** For how long a browser's "Not me" counts. */
export const REFUSAL_SECONDS = 15 * 60
/** A session that goes on without a password for longer may be on a phone that changed hands. */
const STALE_DAYS = 14

/** What the database knows of a request's desktop and its scanner's account. */
export interface Signalled {
  isKnown: number | boolean
  wrongPicks: number | bigint
  reports: number | bigint
  hasBlocks: number | boolean
}

/** A request, and what its scanner's account has to do with it. */
export interface ScanRow extends LoginRequest, Signalled {
  /** How often this browser has lately said "Not me" of this account. */
  refusals: number | bigint
}

const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS)

/** Columns that a `LoginRequest` has for `userId`, in SQL: `Signalled`. */
export function signalColumns(userId: string, now: Date): Statement {
  const entries = (which: Condition<'AuditEvent'>, days: number): Statement => sql`(
    SELECT count(*) FROM "AuditEvent"
    WHERE ${matches<'AuditEvent'>({ userId, ...which })} AND "at" > ${daysBefore(now, days)})`
  return sql`
    ${isKnownTo(userId, now)} AS "isKnown",
    ${hasBlocks(userId, now)} AS "hasBlocks",
    ${entries({ type: 'login_rejected', detail: 'wrong_number' }, WRONG_PICK_DAYS)} AS "wrongPicks",
    ${entries({ type: ['login_reported', 'session_reported'] }, REPORT_DAYS)} AS "reports"`
}

/** Since when a browser's "Not me" counts. */
export const refusedSince = (now: Date): Date => new Date(now.getTime() - REFUSAL_SECONDS * 1000)

/** True, in SQL, where the desktop of a `LoginRequest` is a browser in which `userId` was before, and nothing spoke against it. */
const isKnownTo = (userId: string, now: Date): Statement => sql`
  EXISTS (
    SELECT 1 FROM "Device" JOIN "Session" ON "Session"."deviceId" = "Device"."id"
    WHERE "Device"."id" = "LoginRequest"."desktopDeviceId"
      AND "Device"."secretHash" = "LoginRequest"."desktopDeviceHash"
      AND "Device"."userId" = ${userId} AND "Session"."userId" = ${userId}
      AND ("Device"."distrustedAt" IS NULL OR "Session"."createdAt" > "Device"."distrustedAt")
      AND ("Session"."probationEndsAt" IS NULL OR ("Session"."probationEndsAt" <= ${now}
        AND "Session"."expiresAt" > "Session"."probationEndsAt"
        AND ("Session"."endedAt" IS NULL OR "Session"."endedAt" > "Session"."probationEndsAt"))))`

/** What the policy goes by. */
export function signalsOf(
  row: ScanRow,
  session: CurrentSession,
  typedCode: boolean,
  phone: Pick<Caller, 'address'>,
  now: Date,
): Signals {
  const { differences } = compare(row.desktopAddress, phone.address)
  return {
    knownDesktop: Boolean(row.isKnown),
    trustedNetwork: isTrusted(row.desktopAddress),
    typedCode,
    staleSession: lastProof(session) < daysBefore(now, STALE_DAYS),
    farAway: differences.includes('place'),
    otherCountry: differences.includes('country'),
    wrongPicks: Number(row.wrongPicks),
    reported: Number(row.reports) > 0,
  }
}

const matchers = new WeakMap<string[], (address: string, index: number) => boolean>()

/** Where the address could not be determined it is in no network. */
function isTrusted(address: Caller['address']): boolean {
  const { trustedNetworks } = settings()
  const matcher = matchers.get(trustedNetworks) ?? proxyAddr.compile(trustedNetworks)
  matchers.set(trustedNetworks, matcher)
  return address !== null && matcher(address, 0)
}
