/** Passwords as argon2id, with the parameters of OWASP's password storage cheat sheet (19 MiB, 2 passes). */
import { hash, verify, type Options } from '@node-rs/argon2'
import { newSecret } from './tokens'

const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes a password; the answer is a PHC string. */
export const hashPassword = (password: string): Promise<string> => hash(password, OPTIONS)

let decoy: Promise<string> | undefined

/**
 * Compares a password with a hash. Without a hash (no such user) it takes the same time and answers false, so that
 * nobody learns by the clock which accounts exist.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(newSecret())
  const matches = await verify(stored ?? (await decoy), password)
  return stored !== null && matches
}
