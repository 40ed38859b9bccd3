/** What a letter tells of, read at the moment that it is written. */
import { db } from '../db'
import { deviceView } from '../devices'
import { placeOf, placesReady } from '../places'
import type { DeviceView, Method, Place } from '../wire'

export interface SignInFacts {
  device: DeviceView
  approvedBy: DeviceView | null
  method: Method
  address: string | null
  place: Place | null
}

export interface Facts {
  email: string
  locale: string
  /** The sign-in that it is about, where it is about one. */
  signIn: SignInFacts | null
}

/** Null where the account is gone. */
export async function factsOf(noticeId: string): Promise<Facts | null> {
  const notice = await db().read((client) =>
    client.notice.findUnique({
      where: { id: noticeId },
      select: {
        user: { select: { email: true, locale: true } },
        session: { include: { device: true, parent: { include: { device: true } } } },
      },
    }),
  )
  if (!notice) return null
  const { user, session } = notice
  await placesReady()
  return {
    ...user,
    signIn: session && {
      device: deviceView(session.device),
      approvedBy: session.parent && deviceView(session.parent.device),
      method: session.method as Method,
      address: session.address,
      place: placeOf(session.address),
    },
  }
}
