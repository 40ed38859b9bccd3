/**
 * The matching number (BCP 247 §6.1, out-of-band binding): the desktop shows it once a phone has scanned, and the phone
 * picks it from three. Whoever was sent a picture of somebody else's code does not see that desktop. Who taps blindly is
 * right once in three times, and has one try.
 */
import { randomInt } from 'node:crypto'

const CHOICES = 3

export interface NumberChallenge {
  /** For the desktop: 10 to 99, since a leading zero would be read out in two ways. */
  number: number
  /** For the phone, in the order in which it shows them. */
  choices: number[]
}

/** Draws a number, its decoys and their order. */
export function challenge(): NumberChallenge {
  const choices = new Set<number>()
  while (choices.size < CHOICES) choices.add(randomInt(10, 100))
  const ordered = [...choices]
  return { number: ordered[randomInt(CHOICES)]!, choices: ordered }
}

/** True where the picked number is the one that the desktop shows. */
export const check = (shown: number | null, picked: number): boolean => shown !== null && picked === shown
