import { describe, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { hash, newId, newSecret } from '../tokens'
import { challenge, check, SECONDS, TRIES } from './one-time-code'

const ID = 'A'.repeat(22)
const SCAN_TOKEN = 'S'.repeat(43)
const OLD = 'old'.repeat(12)
const NEW = 'new'.repeat(12)

const useSecrets = (...secrets: [string, ...string[]]) =>
  vi.spyOn(settings(), 'authSecrets', 'get').mockReturnValue(secrets)

test('it may be typed three times within a minute and a half', () => {
  expect([TRIES, SECONDS]).toEqual([3, 90])
})

test('it has six digits, leading zeros too', () => {
  const codes = Array.from({ length: 1_000 }, () => challenge(newId(), newSecret()).code)
  for (const code of codes) expect(code).toMatch(/^\d{6}$/)
  // By chance there would be none once in 10^45 times.
  expect(codes.filter((code) => code.startsWith('0'))).not.toEqual([])
  expect(new Set(codes).size).toBeGreaterThan(900)
})

describe('what is stored', () => {
  test('is a hash that only the server can make', () => {
    const { code, hash: stored } = challenge(ID, SCAN_TOKEN)
    expect(stored).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(stored).not.toContain(code)
    expect(stored).not.toBe(hash(code))
    useSecrets(NEW)
    expect(check(ID, stored, code)).toBe(false)
  })

  test('is of one request alone', () => {
    const { code, hash: stored } = challenge(ID, SCAN_TOKEN)
    expect(check(ID, stored, code)).toBe(true)
    expect(check('B'.repeat(22), stored, code)).toBe(false)
  })
})

test('it is the same for the same scan, and another for another scan, request or key', () => {
  useSecrets(OLD)
  const { code, hash: stored } = challenge(ID, SCAN_TOKEN)
  expect(challenge(ID, SCAN_TOKEN)).toEqual({ code, hash: stored })
  const others = [challenge(ID, 'T'.repeat(43)), challenge('B'.repeat(22), SCAN_TOKEN)]
  useSecrets(NEW)
  for (const other of [...others, challenge(ID, SCAN_TOKEN)]) expect(other.code).not.toBe(code)
})

test('after a rotation of the keys it is right until the old one goes', () => {
  useSecrets(OLD)
  const { code, hash: stored } = challenge(ID, SCAN_TOKEN)
  useSecrets(NEW, OLD)
  expect(check(ID, stored, code)).toBe(true)
  useSecrets(NEW)
  expect(check(ID, stored, code)).toBe(false)
})

describe('typed', () => {
  const { code, hash: stored } = challenge(ID, SCAN_TOKEN)
  const [head, tail] = [code.slice(0, 3), code.slice(3)]

  test.each([' ', '-', '–', '\u00a0', ' - '])('with "%s" between, it is the same', (between) => {
    expect(check(ID, stored, `${head}${between}${tail}`)).toBe(true)
    expect(check(ID, stored, ` ${code}${between}`)).toBe(true)
  })

  test('with any other digit, a digit less or one more, it is wrong', () => {
    for (let place = 0; place < 6; place++)
      for (let turn = 1; turn < 10; turn++) {
        const digit = (Number(code[place]) + turn) % 10
        expect(check(ID, stored, `${code.slice(0, place)}${digit}${code.slice(place + 1)}`)).toBe(false)
      }
    for (const typed of ['', code.slice(1), code.slice(0, 5), `${code}0`, `0${code}`, `${head}.${tail}`])
      expect(check(ID, stored, typed)).toBe(false)
  })

  test('where none is owed, it is wrong', () => {
    expect(check(ID, null, code)).toBe(false)
    expect(check(ID, '', code)).toBe(false)
  })
})
