import { expect, test } from 'vitest'
import { challenge, check, type NumberChallenge } from './number'

/** So many that each value is missing with a chance of 1 in 10^20 at most. */
const DRAWN = Array.from({ length: 5_000 }, challenge)
const TWO_DIGITS = Array.from({ length: 90 }, (_, index) => index + 10)

test('there are three different numbers of two digits, and the right one is among them', () => {
  const isFair = ({ number, choices }: NumberChallenge) =>
    choices.length === 3 &&
    new Set(choices).size === 3 &&
    choices.every((choice) => TWO_DIGITS.includes(choice)) &&
    choices.includes(number)
  expect(DRAWN.filter((drawn) => !isFair(drawn))).toEqual([])
})

test('each number can be the right one, and each can be a wrong one', () => {
  const right = new Set(DRAWN.map(({ number }) => number))
  const wrong = new Set(DRAWN.flatMap(({ number, choices }) => choices.filter((choice) => choice !== number)))
  expect([...right].sort()).toEqual(TWO_DIGITS)
  expect([...wrong].sort()).toEqual(TWO_DIGITS)
})

test('its place tells nothing: the right one can be the first, the second and the third, smallest or largest', () => {
  const placeIn = (number: number, choices: number[]) => choices.indexOf(number)
  const places = new Set(DRAWN.map(({ number, choices }) => placeIn(number, choices)))
  const ranks = new Set(DRAWN.map(({ number, choices }) => placeIn(number, choices.toSorted())))
  expect([...places].sort()).toEqual([0, 1, 2])
  expect([...ranks].sort()).toEqual([0, 1, 2])
})

test('only the number that is shown is right, and where none is shown none is', () => {
  for (const picked of TWO_DIGITS) expect(check(42, picked)).toBe(picked === 42)
  expect(check(null, 42)).toBe(false)
  expect(check(null, 0)).toBe(false)
})
