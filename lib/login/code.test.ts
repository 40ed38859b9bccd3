import { expect, test } from 'vitest'
import { later, NOON } from '../testing/people'
import { codeExpiresIn, currentCode, isLiveCode, scanUrl } from './code'

const request = { id: 'AAAAAAAAAAAAAAAAAAAAAA', createdAt: NOON }

test('a code is 64 bits and turns every 30 s of the request, not of the clock', () => {
  expect(currentCode(request, NOON)).toMatch(/^[A-Za-z0-9_-]{11}$/)
  expect(currentCode(request, later(29.999))).toBe(currentCode(request, NOON))
  expect(currentCode(request, later(30))).not.toBe(currentCode(request, NOON))
})

test('a photograph lives through the next step and no longer', () => {
  const photographed = currentCode(request, NOON)
  expect(isLiveCode(request, photographed, later(59.999))).toBe(true)
  expect(isLiveCode(request, photographed, later(60))).toBe(false)
})

test('a code that another server’s clock showed a moment too early is good', () => {
  const next = currentCode(request, later(30))
  expect(isLiveCode(request, next, later(28))).toBe(true)
  expect(isLiveCode(request, next, later(27.999))).toBe(false)
  // A server whose clock is behind sees a request that is not made yet.
  expect(isLiveCode(request, currentCode(request, NOON), later(-2))).toBe(true)
})

test('a server whose clock is behind shows the first code, for its whole time', () => {
  expect(currentCode(request, later(-0.002))).toBe(currentCode(request, NOON))
  expect(codeExpiresIn(request, later(-0.002))).toBe(30)
})

test('a code of the future, of another request, and a wrong one are refused', () => {
  expect(isLiveCode(request, currentCode(request, later(30)), NOON)).toBe(false)
  expect(isLiveCode({ ...request, id: 'BAAAAAAAAAAAAAAAAAAAAA' }, currentCode(request, NOON), NOON)).toBe(
    false,
  )
  expect(isLiveCode(request, 'AAAAAAAAAAA', NOON)).toBe(false)
  expect(isLiveCode(request, '', NOON)).toBe(false)
})

test('says when the next code comes', () => {
  expect(codeExpiresIn(request, NOON)).toBe(30)
  expect(codeExpiresIn(request, later(29.5))).toBe(1)
  expect(codeExpiresIn(request, later(30))).toBe(30)
})

test('the address carries id and code and nothing else', () => {
  const code = currentCode(request, NOON)
  expect(scanUrl('https://login.example', request, NOON)).toBe(
    `https://login.example/scan/${request.id}.${code}`,
  )
})
