import { expect, test } from 'vitest'
import { safeReturnTo } from './return-to'

test.each([
  ['/account', '/account'],
  ['/scan/abc?x=1#y', '/scan/abc?x=1#y'],
  ['http://localhost:3000/sessions', '/sessions'],
  ['sessions', '/sessions'],
])('%s leads to %s', (value, path) => {
  expect(safeReturnTo(value)).toBe(path)
})

test.each([
  undefined,
  '',
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  'http://localhost:3001/',
  'https://localhost:3000/',
  'javascript:alert(1)',
  '/api/auth/signout',
  '/x/../api/login',
  'http://user@evil.example',
  '/a//b',
  '/a%2fb',
  '/%zz',
  `/${'x'.repeat(2_000)}`,
])('%s leads nowhere but home', (value) => {
  expect(safeReturnTo(value)).toBe('/')
})
