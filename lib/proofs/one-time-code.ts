/**
 * The one-time code (BCP 247 §6.1, request initiation verification): the phone shows it after the approval, and it is
 * typed on the desktop. It reaches only a desktop that the person can type on, or that somebody tells it to.
 */
import { mac, macs } from '../keys'
import { equal } from '../tokens'

/** How often it may be typed before the request ends; each try is counted before it is compared. */
export const TRIES = 3
/** How long the desktop may take. */
export const SECONDS = 90

const hashOf = (full: Buffer): string => full.toString('base64url')

/**
 * The six digits of a scan, and the keyed hash to store. They follow from the scan token, so that the phone may ask for
 * them again where the answer was lost.
 */
export function challenge(id: string, scanToken: string): { code: string; hash: string } {
  const code = digitsOf(mac('one-time-code', 'digits', id, scanToken))
  return { code, hash: hashOf(mac('one-time-code', 'hash', id, code)) }
}

/** The digits of a scan once more, under whichever key they were drawn; undefined where they are not the stored ones. */
export const recall = (id: string, scanToken: string, stored: string | null): string | undefined =>
  macs('one-time-code', 'digits', id, scanToken)
    .map(digitsOf)
    .find((code) => check(id, stored, code))

const digitsOf = (full: Buffer): string => String(full.readUIntBE(0, 6) % 1_000_000).padStart(6, '0')

/** The hashes that typed digits may be stored as; spaces and dashes don't matter. */
export const hashes = (id: string, typed: string): string[] =>
  macs('one-time-code', 'hash', id, typed.replace(/[\s\p{Pd}]/gu, '')).map(hashOf)

/** True where the typed digits are those of the stored hash. */
export const check = (id: string, stored: string | null, typed: string): boolean =>
  stored !== null && hashes(id, typed).some((candidate) => equal(candidate, stored))
