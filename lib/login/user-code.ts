/** The code that a person types where there is no camera (RFC 8628 §6.1). */
import { randomInt } from 'node:crypto'
import { mac, macs } from '../keys'

const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8

/** A fresh user code, `XXXX-XXXX`: 20^8 possibilities, 34.5 bits. */
export function newUserCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** Drops case and punctuation; null for what can't be a user code. */
export function normalizeUserCode(typed: string): string | null {
  const letters = typed.toUpperCase().replace(/[\s\p{P}]/gu, '')
  return letters.length === LENGTH && [...letters].every((letter) => ALPHABET.includes(letter))
    ? letters
    : null
}

/** The keyed hash under which a user code is stored: a stolen database tells no codes. */
export const hashUserCode = (code: string): string =>
  mac('user-code', code.replace('-', '')).toString('base64url')

/** The hashes under which a typed code may be stored, newest secret first; none for what can't be a user code. */
export function userCodeHashes(typed: string): string[] {
  const letters = normalizeUserCode(typed)
  return letters === null ? [] : macs('user-code', letters).map((full) => full.toString('base64url'))
}
