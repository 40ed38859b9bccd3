/** Accounts and their passwords. */
import { audit } from './audit'
import { db } from './db'
import { isUniqueViolation } from './db/errors'
import { claimDevice, deviceOf } from './devices'
import { askToConfirm } from './email'
import { AppError } from './errors'
import type { User } from './generated/prisma/client'
import { giveBackAll, take, takeAll, type Taking } from './limits/limits'
import { countSignIn } from './limits/sign-ins'
import { notifyNewPassword } from './notify/new-password'
import { hashPassword, verifyPassword } from './passwords'
import { provePassword } from './proofs/password'
import { recordWrongPassword } from './proofs/wrong-password'
import { createSession, PASSWORD_STAY_SECONDS, type SignedIn } from './sessions/create'
import { lockAccount, requireLive, type LockedAccount } from './sessions/account'
import type { CurrentSession } from './sessions/current'
import { endOthers } from './sessions/end'
import { prove } from './sessions/factors'
import type { StrongSession } from './sessions/strength'
import { insertInto, send, sql, type Runner } from './sql'
import { newId } from './tokens'
import type { Agent } from './user-agent'
import type { Locale } from './wire'

export interface NewUser {
  name: string
  /** Lowercase. */
  email: string
  password: string
  /** The language of mail. */
  locale?: Locale
}

/** Its address has an account already. */
export const taken = () => new AppError('invalid_input', { fields: [{ field: 'email', code: 'taken' }] })

/**
 * Creates an account, which is kept whether or not its address is ever confirmed.
 * @throws AppError `invalid_input` with field `email` where the address has an account already
 */
export async function createUser(user: NewUser, now: Date, address: string | null): Promise<{ id: string }> {
  const passwordHash = await hashPassword(user.password)
  try {
    return await db().move((tx) => insertUser(tx, { ...user, passwordHash, confirmBy: null }, now, address))
  } catch (error) {
    throw isUniqueViolation(error) ? taken() : error
  }
}

type HashedUser = NewUser & Pick<User, 'passwordHash' | 'confirmBy'>

/** Writes a new account, and asks for its address to be confirmed. */
export async function insertUser(
  tx: Runner,
  { password: _, locale = 'en', ...person }: HashedUser,
  now: Date,
  address: string | null,
): Promise<{ id: string }> {
  const id = newId()
  await tx.$queryRaw(insertInto('User', { id, ...person, locale, createdAt: now }))
  await audit(tx, now, { type: 'account_created', userId: id, address })
  await askToConfirm(tx, id, now)
  return { id }
}

interface SignIn {
  email: string
  password: string
  deviceCookie: string | undefined
  agent: Agent
  address: string | null
  /** The key for limits per address. */
  bucket: string
}

/**
 * Signs in with a password. An unknown address, a disabled account and a wrong password answer alike, in time too.
 * A device that belongs to the account has a limit of its own, so that strangers can't lock the owner out.
 * @throws AppError `proof_failed`, `rate_limited`, `too_many_sign_ins`
 */
export async function signInWithPassword(attempt: SignIn, now: Date): Promise<SignedIn> {
  const user = await db().read((client) => client.user.findUnique({ where: { email: attempt.email } }))
  const device = await db().query((client) => deviceOf(client, attempt.deviceCookie))
  const account: Taking =
    device && device.userId === user?.id
      ? ['sign_in_device', `${user.id} ${device.id}`]
      : ['sign_in_account', attempt.email]
  // Counted before the comparison, given back after a right one: parallel guesses can't slip through.
  const tries: Taking[] = [['sign_in_address', attempt.bucket], account]
  await takeAll(tries)
  const matches = await verifyPassword(user?.passwordHash ?? null, attempt.password)
  if (!user || !matches || user.disabledAt) {
    const { address, agent: device } = attempt
    // Tries at addresses that nobody has are one entry for all, for the operator.
    await recordWrongPassword(user?.id, { type: 'sign_in_failed', ...(user && { address, device }) }, now)
    throw new AppError('proof_failed')
  }
  await giveBackAll(tries)
  return countSignIn(user.id, () => startSession(user, attempt, now))
}

/** The session of a password that was right a moment ago. */
const startSession = (user: User, attempt: SignIn, now: Date): Promise<SignedIn> =>
  db().move(async (tx) => {
    const locked = await lockAccount(tx, { id: user.id }, now)
    requireUnchanged(locked, user)
    const claimed = await claimDevice(
      tx,
      { userId: user.id, cookie: attempt.deviceCookie, agent: attempt.agent },
      now,
    )
    const token = await createSession(
      locked,
      {
        deviceId: claimed.id,
        method: 'password',
        proven: ['password'],
        kind: 'own',
        address: attempt.address,
        agent: attempt.agent,
        expiresAt: new Date(now.getTime() + PASSWORD_STAY_SECONDS * 1000),
      },
      now,
    )
    // Who has the password is no stranger in this browser.
    await send(tx, sql`DELETE FROM "Block" WHERE "userId" = ${user.id} AND "deviceId" = ${claimed.id}`)
    return { userId: user.id, token, deviceToken: claimed.cookie }
  })

/** Hashing takes a while: what was verified must still be the password, and the account still be enabled. */
function requireUnchanged(
  account: LockedAccount | null,
  verified: { passwordHash: string },
): asserts account is LockedAccount {
  if (account?.user.passwordHash !== verified.passwordHash || account.user.disabledAt !== null)
    throw new AppError('proof_failed')
}

/**
 * Makes a session strong for ten minutes, and ends its probation.
 * @throws AppError `proof_failed`, `rate_limited`
 */
export async function reauthenticate(
  session: CurrentSession,
  password: string,
  now: Date,
  address: string | null,
): Promise<void> {
  const user = await provePassword(session, password, now, address)
  await db().move(async (tx) => {
    const account = await requireLive(tx, session, now)
    requireUnchanged(account, user)
    await prove(account, session, 'password', now)
    await audit(tx, now, {
      type: 'reauthenticated',
      userId: session.userId,
      sessionId: session.id,
      address,
    })
  })
}

/**
 * Changes the password and ends all other sessions.
 * @returns how many sessions ended
 * @throws AppError `proof_failed`, `rate_limited`
 */
export async function changePassword(
  session: CurrentSession,
  passwords: { currentPassword: string; newPassword: string },
  now: Date,
  address: string | null,
): Promise<number> {
  const user = await provePassword(session, passwords.currentPassword, now, address)
  // Each one is told by mail.
  await take('new_password', user.id)
  const passwordHash = await hashPassword(passwords.newPassword)
  return db().move(async (tx) => {
    const account = await requireLive(tx, session, now)
    requireUnchanged(account, user)
    await tx.$queryRaw(sql`UPDATE "User" SET "passwordHash" = ${passwordHash} WHERE "id" = ${user.id}`)
    await prove(account, session, 'password', now)
    const ended = await endOthers(account, session, 'password_changed', now, address)
    await audit(tx, now, {
      type: 'password_changed',
      userId: user.id,
      sessionId: session.id,
      address,
    })
    await notifyNewPassword(tx, user.id, now)
    return ended
  })
}

/**
 * Changes the name that others see.
 * @throws AppError `sign_in_required`
 */
export async function changeName(
  session: StrongSession,
  name: string,
  now: Date,
  address: string | null,
): Promise<void> {
  await db().move(async (tx) => {
    await requireLive(tx, session, now)
    await tx.$queryRaw(sql`UPDATE "User" SET "name" = ${name} WHERE "id" = ${session.userId}`)
    const { userId, id: sessionId } = session
    await audit(tx, now, { type: 'profile_changed', userId, sessionId, address })
  })
}
