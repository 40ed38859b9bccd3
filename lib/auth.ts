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

/** How long a browser's first session counts as new. */
const NEW_DEVICE_MS = 10 * 60_000

export interface PageSession extends CurrentSession {
  /** The device that approved this session, or null. */
  approvedBy: DeviceView | null
  /** True while this is the browser's first session for this user, and younger than 10 minutes. */
  newDevice: boolean
}

export type SignedInState =
  | { status: 'signed_in'; session: PageSession }
  | { status: 'signed_out' }
  /** The database is away: nobody knows, so nobody is signed out. */
  | { status: 'unavailable' }

/** Who looks at this page. */
export const pageSession = cache(async (): Promise<SignedInState> => {
  try {
    const session = await currentSession()
    if (!session) return { status: 'signed_out' }
    const approvedBy = await approvingDevice(session)
    const first = session.device.createdAt.getTime() === session.createdAt.getTime()
    const newDevice = first && clock().getTime() - session.createdAt.getTime() < NEW_DEVICE_MS
    return { status: 'signed_in', session: { ...session, approvedBy, newDevice } }
  } catch (error) {
    if (isAppError(error, 'unavailable')) return { status: 'unavailable' }
    throw error
  }
})

/** @throws AppError `unavailable` when the database can't say */
async function currentSession(): Promise<CurrentSession | null> {
  const jar = new Cookies((await cookies()).toString())
  const caller = callerOf(await headers())
  return findSession(jar.get('session'), jar.get('device'), clock(), caller.address)
}
