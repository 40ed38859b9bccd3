/** Who is signed in, for pages. Each page asks for itself; handlers get it from `lib/http/handler.ts`. */
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { clock } from './clock'
import { isAppError } from './errors'
import { callerOf } from './http/caller'
import { Cookies } from './http/cookies'
import type { DeviceView } from './wire'
import { findSession, type CurrentSession } from './sessions/current'
import { approvingDevice } from './sessions/list'
import { isOnProbation } from './sessions/strength'

export interface PageSession extends CurrentSession {
  /** The device that approved this session, or null. */
  approvedBy: DeviceView | null
  /** Until when it may do less, as a code has brought it into a strange browser; null where it has not. */
  probation: Date | null
}

export type SignedInState =
  | { status: 'signed_in'; session: PageSession }
  | { status: 'signed_out' }
  /** The database is away: nobody knows, so nobody is signed out. */
  | { status: 'unavailable' }

/** Who looks at this page. */
export const pageSession = cache(
  async (): Promise<SignedInState> => (await unlessAway(signedInState())) ?? { status: 'unavailable' },
)

/** What a page reads; null where the database is away, and the page shows `Unavailable` in its place. */
export async function unlessAway<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (isAppError(error, 'unavailable')) return null
    throw error
  }
}

/** @throws AppError `unavailable` when the database can't say */
async function signedInState(): Promise<SignedInState> {
  const session = await currentSession()
  if (!session) return { status: 'signed_out' }
  const approvedBy = await approvingDevice(session)
  const probation = isOnProbation(session, clock()) ? session.probationEndsAt : null
  return { status: 'signed_in', session: { ...session, approvedBy, probation } }
}

/** @throws AppError `unavailable` when the database can't say */
async function currentSession(): Promise<CurrentSession | null> {
  const jar = new Cookies((await cookies()).toString())
  const caller = callerOf(await headers())
  return findSession(jar.get('session'), jar.get('device'), clock(), caller.address)
}
