/** Accounts, phones and desktops for tests, made by the same functions that the product uses. */
import { db } from '../db'
import { claimDevice } from '../devices'
import { currentCode } from '../login/code'
import { consume } from '../login/consume'
import { openRequest } from '../login/desktop'
import { confirm, scan } from '../login/phone'
import type { Caller } from '../caller'
import { createSession } from '../sessions/create'
import { findSession, type CurrentSession } from '../sessions/current'
import { newId } from '../tokens'
import type { Kind, Stay } from '../wire'

export const NOON = new Date('2026-03-01T12:00:00Z')
export const later = (seconds: number, from = NOON): Date => new Date(from.getTime() + seconds * 1000)

export const PHONE: Caller = {
  address: '192.0.2.10',
  bucket: '192.0.2.10',
  agent: { kind: 'phone', browser: 'Safari', system: 'iOS' },
}
export const DESKTOP: Caller = {
  address: '198.51.100.20',
  bucket: '198.51.100.20',
  agent: { kind: 'desktop', browser: 'Chrome', system: 'Windows' },
}

/** An account without a usable password: hashing one takes time that most tests need not spend. */
export async function makeUser(name = 'Ada Lovelace', now = NOON) {
  const id = newId()
  return db().write((tx) =>
    tx.user.create({
      data: { id, name, email: `${id.toLowerCase()}@example.org`, passwordHash: 'none', createdAt: now },
    }),
  )
}

export interface SignedInDevice {
  session: CurrentSession
  /** The session cookie's value. */
  token: string
  /** The device cookie's value. */
  device: string
}

/** A phone on which `userId` signed in with a password. */
export async function makePhone(userId: string, now = NOON, stay = 86_400): Promise<SignedInDevice> {
  const made = await db().write(async (tx) => {
    const device = await claimDevice(tx, { userId, cookie: undefined, agent: PHONE.agent }, now)
    const token = await createSession(
      tx,
      {
        userId,
        deviceId: device.id,
        method: 'password',
        kind: 'own',
        address: PHONE.address,
        expiresAt: later(stay, now),
      },
      now,
    )
    return { token, device: device.cookie }
  })
  return { ...made, session: await sessionOf(made.token, made.device, now) }
}

export async function sessionOf(token: string, device: string | undefined, now = NOON) {
  const session = await findSession(token, device, now, PHONE.address)
  if (!session) throw new Error('nobody is signed in')
  return session
}

/** A desktop's fresh request, with what only that desktop knows. */
export async function open(now = NOON, held = new Map<string, string>()) {
  const { request, secret, userCode, over } = await openRequest(DESKTOP, held, now)
  return { id: request.id, request, secret, userCode, over }
}

export const codeOf = (request: { id: string; createdAt: Date }, now = NOON): string =>
  `${request.id}.${currentCode(request, now)}`

/** A request that `phone` has scanned. */
export async function openAndScan(phone: SignedInDevice, now = NOON) {
  const opened = await open(now)
  const { scanToken } = await scan(
    { code: codeOf(opened.request, now) },
    phone.session,
    undefined,
    PHONE,
    now,
  )
  return { ...opened, scanToken }
}

/** A request that `phone` has approved. */
export async function openAndConfirm(
  phone: SignedInDevice,
  now = NOON,
  kind: Kind = 'derived',
  stay: Stay = '12h',
) {
  const scanned = await openAndScan(phone, now)
  const body = { scanToken: scanned.scanToken, stay, kind }
  await confirm(scanned.id, body, phone.session, PHONE, now)
  return scanned
}

/** A desktop that `phone` let in. */
export async function letIn(
  phone: SignedInDevice,
  now = NOON,
  kind: Kind = 'derived',
): Promise<SignedInDevice> {
  const { id, secret } = await openAndConfirm(phone, now, kind)
  const { token, deviceToken } = await consume(id, secret, undefined, DESKTOP, now)
  return { token, device: deviceToken!, session: await sessionOf(token, deviceToken, now) }
}
