/** Keys derived from AUTH_SECRET, one per purpose, so that no key serves two (RFC 5869 §3.2). */
import { createHmac, hkdfSync } from 'node:crypto'
import { settings } from './env'

export type KeyPurpose =
  'code' | 'user-code' | 'one-time-code' | 'ticket' | 'session' | 'device' | 'link' | 'next-auth'

const derived = new Map<string, Buffer>()

function derive(secret: string, purpose: KeyPurpose): Buffer {
  const name = `${purpose}:${secret}`
  const known = derived.get(name)
  if (known) return known
  const key = Buffer.from(hkdfSync('sha256', secret, '', `qr-login ${purpose}`, 32))
  derived.set(name, key)
  return key
}

/** The newest key of a purpose, base64url: for libraries that want a secret of their own. */
export const keyFor = (purpose: KeyPurpose): string =>
  derive(settings().authSecrets[0], purpose).toString('base64url')

/** HMAC-SHA256 of the parts under the newest secret. Parts are joined by a character that none of them holds. */
export const mac = (purpose: KeyPurpose, ...parts: (string | number)[]): Buffer =>
  macWith(settings().authSecrets[0], purpose, parts)

/** The same under every accepted secret, newest first: whatever was signed before a rotation still verifies. */
export const macs = (purpose: KeyPurpose, ...parts: (string | number)[]): Buffer[] =>
  settings().authSecrets.map((secret) => macWith(secret, purpose, parts))

function macWith(secret: string, purpose: KeyPurpose, parts: (string | number)[]): Buffer {
  return createHmac('sha256', derive(secret, purpose)).update(parts.join('\0')).digest()
}
