/** What is known of a sign-in when a phone scans, gathered for the policy. */
import proxyAddr from 'proxy-addr'
import type { AuditType } from '../audit'
import type { Caller } from '../caller'
import { compare } from '../compare'
import { settings } from '../env'
import type { LoginRequest } from '../generated/prisma/client'
import type { CurrentSession } from '../sessions/current'
import { hasBlocks } from '../sessions/block'
import { lastProof } from '../sessions/strength'
import { join, limit, matches, sql, type Statement } from '../sql'
import type { Signals } from './policy'

const DAY_MS = 86_400_000
const WRONG_PICK_DAYS = 1
/** Among so many of an account's latest ended requests wrong picks are looked for: a day may bring any number. */
const LATEST_ENDS = 100
/** Among so many of a browser's latest sessions one is looked for that makes it known. */
const LATEST_SESSIONS = 20
const REPORT_DAYS = 7
/** For how long a browser's "Not me" counts. */
export const REFUSAL_SECONDS = 15 * 60
/** How often a browser may say "Not me" of one account before that account is not welcome for a while. */
export const MAX_REFUSALS = 2
/** A session that goes on without a password for longer may be on a phone that changed hands. */
const STALE_DAYS = 14

/** What the database knows of a request's desktop and its scanner's account. */
export interface Signalled {
  isKnown: number | boolean
  wrongPicks: number | bigint
  hasReports: number | boolean
  hasBlocks: number | boolean
}

/** A request, and what its scanner's account has to do with it. */
export interface ScanRow extends LoginRequest, Signalled {
  /** How often this browser has lately said "Not me" of this account, counted up to `MAX_REFUSALS`. */
  refusals: number | bigint
}

const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS)

/** Columns that a `LoginRequest` has for `userId`, in SQL: `Signalled`. Each reads a few rows, whatever there is. */
export function signalColumns(userId: string, now: Date): Statement {
  const since = (type: AuditType, days: number): Statement => sql`
    FROM "AuditEvent" WHERE ${matches<'AuditEvent'>({ userId, type })} AND "at" > ${daysBefore(now, days)}`
  // Each type for itself: for several PostgreSQL may read all of an account's.
  const hasReports = (['login_reported', 'session_reported'] as const).map(
    (type) => sql`EXISTS (SELECT 1 ${since(type, REPORT_DAYS)})`,
  )
  return sql`
    ${isKnownTo(userId, now)} AS "isKnown",
    ${hasBlocks(userId, now)} AS "hasBlocks",
    (SELECT count(*) FROM (
      SELECT "detail" ${since('login_rejected', WRONG_PICK_DAYS)} ORDER BY "at" DESC ${limit(LATEST_ENDS)}
    ) AS "ends" WHERE "detail" = 'wrong_number') AS "wrongPicks",
    ${join(hasReports, ' OR ')} AS "hasReports"`
}

/** Since when a browser's "Not me" counts. */
export const refusedSince = (now: Date): Date => new Date(now.getTime() - REFUSAL_SECONDS * 1000)

/**
 * True, in SQL, where the desktop of a `LoginRequest` is a browser in which `userId` was before, and nothing spoke against
 * it: one of its latest sessions had no probation, or outlived it.
 */
const isKnownTo = (userId: string, now: Date): Statement => sql`
  coalesce((
    SELECT "Device"."userId" = ${userId} AND EXISTS (
      SELECT 1 FROM (
        SELECT "probationEndsAt", "expiresAt", "endedAt" FROM "Session"
        WHERE "Session"."deviceId" = "Device"."id"
          AND ("Device"."distrustedAt" IS NULL OR "Session"."createdAt" > "Device"."distrustedAt")
        ORDER BY "Session"."createdAt" DESC ${limit(LATEST_SESSIONS)}) AS "latest"
      WHERE "probationEndsAt" IS NULL OR ("probationEndsAt" <= ${now} AND "expiresAt" > "probationEndsAt"
        AND ("endedAt" IS NULL OR "endedAt" > "probationEndsAt")))
    FROM "Device"
    WHERE "Device"."id" = "LoginRequest"."desktopDeviceId"
      AND "Device"."secretHash" = "LoginRequest"."desktopDeviceHash"), FALSE)`

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
    reported: Boolean(row.hasReports),
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
