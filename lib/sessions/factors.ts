/**
 * What a person proved within a session, and when. The session's row keeps it as JSON, so that a new factor needs no
 * migration. What it is worth, `strength.ts` says.
 */
import type { Session } from '../generated/prisma/client'
import { assign, sql } from '../sql'
import type { LockedAccount } from './account'

const FACTORS = ['password'] as const
export type Factor = (typeof FACTORS)[number]

/** When each factor was last proven. */
export type Factors = Partial<Record<Factor, Date>>

/** By name; a newer version may have written names that this one doesn't know. */
type Stored = Record<string, unknown>

type Row = Pick<Session, 'factors' | 'method' | 'createdAt' | 'reauthenticatedAt'>

/** The column of a new session. */
export const newFactors = (proven: readonly Factor[], now: Date): string =>
  JSON.stringify(Object.fromEntries(proven.map((factor) => [factor, now])))

/** What a row proves. Anything that can't be read proves nothing. */
export function factorsOf(row: Row): Factors {
  const stored = storedIn(row)
  const known = FACTORS.map((factor) => [factor, dateOf(stored[factor])] as const)
  return Object.fromEntries(known.filter(([, at]) => at !== null))
}

function dateOf(value: unknown): Date | null {
  const at = new Date(typeof value === 'string' ? value : NaN)
  return Number.isNaN(at.getTime()) ? null : at
}

/**
 * Nodes of the version before write no factors, and a password that is given again in `reauthenticatedAt` alone. This
 * goes with that column.
 */
function storedIn({ factors, method, createdAt, reauthenticatedAt }: Row): Stored {
  const stored =
    factors === null ? (method === 'password' ? { password: createdAt.toJSON() } : {}) : parse(factors)
  const password = dateOf(stored.password)
  const isLater = reauthenticatedAt !== null && (password === null || reauthenticatedAt > password)
  return isLater ? { ...stored, password: reauthenticatedAt.toJSON() } : stored
}

function parse(text: string): Stored {
  try {
    return { ...(JSON.parse(text) as Stored) }
  } catch {
    return {}
  }
}

/** Notes that a factor was just proven within a session, and so ends its probation. */
export async function prove(
  { tx }: LockedAccount,
  { id }: { readonly id: string },
  factor: Factor,
  now: Date,
): Promise<void> {
  const [row] = await tx.$queryRaw<Row[]>(sql`SELECT * FROM "Session" WHERE "id" = ${id}`)
  const factors = JSON.stringify({ ...(row && storedIn(row)), [factor]: now })
  const proven = assign<'Session'>({ factors, reauthenticatedAt: now, probationEndsAt: null })
  await tx.$queryRaw(sql`UPDATE "Session" SET ${proven} WHERE "id" = ${id}`)
}
