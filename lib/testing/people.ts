/** Accounts, phones and desktops for tests, made by the same functions that the product uses. */
import { db } from '../db'
import { claimDevice } from '../devices'
import { currentCode } from '../login/code'
import { consume } from '../login/consume'
import { openRequest } from '../login/desktop'
import { confirm } from '../login/confirm'
import { scan } from '../login/scan'
import type { Caller } from '../caller'
import { isAppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { hashPassword } from '../passwords'
import { lockAccount, type LockedAccount } from '../sessions/account'
import { createSession } from '../sessions/create'
import { findSession, type CurrentSession } from '../sessions/current'
import { requireStrong, type StrongSession } from '../sessions/strength'
import type { Runner } from '../sql'
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
/** The same in a network that no setting trusts. */
export const STRANGE: Caller = { ...DESKTOP, address: '203.0.113.20', bucket: '203.0.113.20' }

/** An account without a usable password: hashing one takes time that most tests need not spend. */
export async function makeUser(name = 'Ada Lovelace', now = NOON) {
  const id = newId()
  return db().write((tx) =>
    tx.user.create({
      data: { id, name, email: `${id.toLowerCase()}@example.org`, passwordHash: 'none', createdAt: now },
    }),
  )
}

export const PASSWORD = 'correct horse battery'
let hashed: Promise<string> | undefined

/** Lets the account be entered with PASSWORD. */
export async function givePassword(id: string): Promise<void> {
  const passwordHash = await (hashed ??= hashPassword(PASSWORD))
  await db().write((tx) => tx.user.update({ where: { id }, data: { passwordHash } }))
}

export interface SignedInDevice {
  session: CurrentSession
  /** The session cookie's value. */
  token: string
  /** The device cookie's value. */
  device: string
}

/** The account, locked for the rest of the transaction. */
export async function locked(tx: Runner, id: string): Promise<LockedAccount> {
  const account = await lockAccount(tx, { id }, NOON)
  if (!account) throw new Error('There is no such account.')
  return account
}

/** One whose session is strong. */
export interface StrongDevice extends SignedInDevice {
  session: StrongSession
}

/** The session of a device, where it is strong. */
export function strongSession({ session }: SignedInDevice, now = NOON): StrongSession {
  requireStrong(session, now)
  return session
}

/** A device as it is once its person has given the password there. */
export const proven = (device: SignedInDevice, at = NOON): StrongDevice => ({
  ...device,
  session: strongSession({ ...device, session: { ...device.session, factors: { password: at } } }, at),
})

/** A phone on which `userId` signed in with a password. */
export async function makePhone(userId: string, now = NOON, stay = 86_400): Promise<StrongDevice> {
  const made = await db().move(async (tx) => {
    const account = await locked(tx, userId)
    const device = await claimDevice(tx, { userId, cookie: undefined, agent: PHONE.agent }, now)
    const token = await createSession(
      account,
      {
        deviceId: device.id,
        method: 'password',
        proven: ['password'],
        kind: 'own',
        address: PHONE.address,
        agent: PHONE.agent,
        expiresAt: later(stay, now),
      },
      now,
    )
    return { token, device: device.cookie }
  })
  const session = await sessionOf(made.token, made.device, now)
  return { ...made, session: strongSession({ ...made, session }, now) }
}

export async function sessionOf(token: string, device: string | undefined, now = NOON) {
  const session = await findSession(token, device, now, PHONE.address)
  if (!session) throw new Error('nobody is signed in')
  return session
}

/** Where a desktop stands, and the device cookie that it has. */
interface Place {
  caller?: Caller
  device?: string
}

/** A desktop's fresh request, with what only that desktop knows. */
export async function open(
  now = NOON,
  held = new Map<string, string>(),
  { caller = DESKTOP, device }: Place = {},
) {
  const { request, secret, userCode, over } = await openRequest(caller, held, now, device)
  return { id: request.id, request, secret, userCode, over }
}

export const codeOf = (request: { id: string; createdAt: Date }, now = NOON): string =>
  `${request.id}.${currentCode(request, now)}`

/** A request that `phone` has scanned, as it is since then. */
export async function openAndScan(phone: SignedInDevice, now = NOON, place: Place = {}) {
  const opened = await open(now, undefined, place)
  const scanned = await scan({ code: codeOf(opened.request, now) }, phone.session, undefined, PHONE, now)
  return { ...opened, ...scanned }
}

/** A request that `phone` has approved, by the right number where one is asked for. */
export async function openAndConfirm(
  phone: SignedInDevice,
  now = NOON,
  kind: Kind = 'derived',
  stay: Stay = '12h',
  place: Place = {},
) {
  const scanned = await openAndScan(phone, now, place)
  const body = { scanToken: scanned.scanToken, stay, kind, number: scanned.request.number ?? undefined }
  const confirmed = await confirm(scanned.id, body, strongSession(phone, now), PHONE, now)
  return { ...scanned, ...confirmed }
}

/** A desktop that `phone` let in. */
export async function letIn(
  phone: SignedInDevice,
  now = NOON,
  kind: Kind = 'derived',
  stay: Stay = '12h',
  place: Place = {},
): Promise<SignedInDevice> {
  const { id, secret, code } = await openAndConfirm(phone, now, kind, stay, place)
  const { token, deviceToken } = await consume(id, secret, place.device, place.caller ?? DESKTOP, now, code)
  return { token, device: deviceToken!, session: await sessionOf(token, deviceToken, now) }
}

/** A number that the phone may pick and the desktop does not show; undefined where none is asked for. */
export const wrongNumberFor = ({ number, numberChoices }: LoginRequest): number | undefined =>
  numberChoices
    ?.split(' ')
    .map(Number)
    .find((choice) => choice !== number)

/** `phone` scans a strange desktop's code and picks a wrong number. */
export async function pickWrong(phone: SignedInDevice, now = NOON): Promise<void> {
  const { id, scanToken, request } = await openAndScan(phone, now, { caller: STRANGE })
  const body = { scanToken, stay: '12h', kind: 'derived', number: wrongNumberFor(request) } as const
  await confirm(id, body, strongSession(phone, now), PHONE, now).then(
    () => {
      throw new Error('a wrong number was taken for the right one')
    },
    (error: unknown) => {
      if (!isAppError(error, 'proof_failed')) throw error
    },
  )
}
