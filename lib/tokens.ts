/** Opaque tokens: random, stored as hashes, compared in constant time. */
import { hash as digest, randomFillSync, timingSafeEqual } from 'node:crypto'

/** Random bytes that wait for their use: a call for each few takes longer than what they are for. */
const pool = Buffer.alloc(4_096)
let used = pool.length

/** Random bytes, each given out once. */
function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count)
  used += count
  return bytes
}

/**
 * A 128-bit identifier, 22 characters of base64url: the time in milliseconds and 80 random bits, like a UUID of version 7
 * (RFC 9562 §5.7). New rows then lie side by side in every index. No id is a secret.
 * See docs/decisions/ids-begin-with-the-time.md.
 */
export function newId(): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  return bytes.toString('base64url')
}

/** A 256-bit secret, 43 characters of base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** SHA-256 of a secret that has full entropy (so that a plain, fast hash is enough), base64url. */
export const hash = (secret: string): string => digest('sha256', secret, 'base64url')

/** Compares two strings without telling by time where they differ. */
export function equal(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** `id.secret` as it travels in a cookie. */
export const joinToken = (id: string, secret: string): string => `${id}.${secret}`

/** Takes `id.secret` apart; null for anything else. */
export function splitToken(token: string | undefined): { id: string; secret: string } | null {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(token ?? '')
  return match ? { id: match[1]!, secret: match[2]! } : null
}
