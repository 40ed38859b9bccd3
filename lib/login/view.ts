/** What crosses the wire, built for its reader; never a row. */
import type { Caller } from '../caller'
import { compare } from '../compare'
import { db } from '../db'
import { deviceOf } from '../devices'
import type { Watched } from '../events/watch'
import type { LoginRequest, User } from '../generated/prisma/client'
import { placeOf } from '../places'
import type { CurrentSession } from '../sessions/current'
import { isProven } from '../sessions/strength'
import { sql } from '../sql'
import {
  KINDS,
  type DeviceKind,
  type LoginView,
  type Opened,
  type Reason,
  type Risk,
  type Scanned,
} from '../wire'
import { codeExpiresIn, scanUrl } from './code'
import { demands, proofsOf } from './proofs'
import { statusAt } from './state'

const POLL_SECONDS = 1

/** Whole seconds, rounded up; none where the end has passed. */
export const secondsUntil = (end: Date, now: Date): number =>
  Math.max(0, Math.ceil((end.getTime() - now.getTime()) / 1000))

/** The answer to `POST /api/login`. */
export const openedView = (request: LoginRequest, userCode: string, appUrl: string, now: Date): Opened => ({
  id: request.id,
  qr: scanUrl(appUrl, request, now),
  userCode,
  expiresIn: secondsUntil(request.expiresAt, now),
  codeExpiresIn: codeExpiresIn(request, now),
  pollInterval: POLL_SECONDS,
})

/** What the desktop may know of its request, with the device cookie that it brought. */
export function desktopView(
  request: Watched,
  deviceCookie: string | undefined,
  appUrl: string,
  now: Date,
): LoginView | Promise<LoginView> {
  const status = statusAt(request, now)
  const showsCode = status === 'new'
  const showsScanner = status === 'scanned' || status === 'confirmed' || status === 'consumed'
  const view = {
    id: request.id,
    status,
    ...(status === 'rejected' && request.reason && { reason: request.reason as Reason }),
    revision: request.revision,
    expiresIn: status === 'consumed' || status === 'rejected' ? 0 : secondsUntil(request.expiresAt, now),
    ...(status === 'scanned' && request.number !== null && { number: request.number }),
    ...(status === 'confirmed' && demands(request, 'code') && { needs: ['code' as const] }),
    ...(showsCode && { qr: scanUrl(appUrl, request, now), codeExpiresIn: codeExpiresIn(request, now) }),
  }
  return showsScanner ? withScanner(view, request, deviceCookie) : view
}

/** The name only where that account signed in on this browser before (or just did), initials elsewhere. */
async function withScanner(
  view: LoginView,
  { scanUserId: userId }: Watched,
  deviceCookie: string | undefined,
): Promise<LoginView> {
  if (userId === null) return view
  return db().query(async (client) => {
    const [user] = await client.$queryRaw<Pick<User, 'name'>[]>(sql`
      SELECT "name" FROM "User" WHERE "id" = ${userId}`)
    if (!user) return view
    const known = view.status === 'consumed' || (await deviceOf(client, deviceCookie))?.userId === userId
    return { ...view, scanner: { initials: initialsOf(user.name), ...(known && { name: user.name }) } }
  })
}

/** "Ada Lovelace" → "AL", "李白" → "李". */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  )
  return letters.join('').toUpperCase()
}

/** What a phone learns when it scans: who asks, and what it will be asked for. */
export const scannedView = (
  request: LoginRequest,
  scanToken: string,
  session: CurrentSession,
  phone: Pick<Caller, 'address'>,
  now: Date,
): Scanned => ({
  id: request.id,
  scanToken,
  desktop: {
    kind: request.desktopKind as DeviceKind,
    browser: request.desktopBrowser,
    system: request.desktopSystem,
    address: request.desktopAddress,
    place: placeOf(request.desktopAddress),
    askedAt: request.createdAt.toISOString(),
  },
  phone: { address: phone.address, place: placeOf(phone.address) },
  ...compare(request.desktopAddress, phone.address),
  account: { name: session.user.name, email: session.user.email },
  // Null where it was scanned before there were risks.
  risk: (request.risk ?? 'low') as Risk,
  // A password that was given just now need not be given again.
  proofs: proofsOf(request).filter((proof) => proof !== 'password' || !isProven(session, 'password', now)),
  ...(request.numberChoices !== null && { choices: request.numberChoices.split(' ').map(Number) }),
  kinds: [...KINDS],
  stays: request.knownDeviceId === null ? ['12h', '7d'] : ['12h', '30d'],
  expiresIn: secondsUntil(request.expiresAt, now),
})
