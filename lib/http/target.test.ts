import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_TARGET_LENGTH, readTarget } from './target'

test.each([
  '/',
  '/login',
  '/login/',
  '/scan/AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBB',
  '/.well-known/x',
  '/a/...',
  '/api/login/%00',
  '/scan/%E4%BD%A0',
  '/_next/static/chunks/%5Bcode%5D.js',
  '/reset-password%23x',
  "/a!$&'()*+,;=:@~-_.b",
  '/login?next=//evil.example',
  '/login?next=%2F..%2F',
  '/login?a=b?c/../[d]{e}|f\\g%zz"<>`^',
  '/login?',
  `/${'a'.repeat(MAX_TARGET_LENGTH - 1)}`,
])('%s is in normal form', (target) => {
  const { path, query } = readTarget(target)!
  expect(path + query).toBe(target)
  expect(path).not.toContain('?')
})

test.each([
  '',
  '*',
  'login',
  'http://localhost:3000/login',
  'localhost:3000',
  '//localhost:3000/login',
  '/./login',
  '/../login',
  '/login/.',
  '/login/..',
  '/_next/static/../../login',
  '/x/%2e%2e/login',
  '/x/.%2E/login',
  '/x/%2e./login',
  '/%2e/login',
  '/%252e%252e/login',
  '//',
  '//login',
  '/api//login',
  '/login//',
  '/login//?x',
  '/\\login',
  '/x\\..\\login',
  '/x%2flogin',
  '/x%2Flogin',
  '/x%5clogin',
  '/x%5Clogin',
  '/%25',
  '/%',
  '/%2',
  '/%zz',
  '/%ff',
  '/%c3',
  '/%ed%a0%80',
  '/%6cogin',
  '/%61pi/login',
  '/scan%2Dx',
  '/login#x',
  '/login?x#y',
  '/log in',
  '/login\t',
  '/login?a b',
  '/\u00e9',
  '/login?\u00e9',
  '/[id]',
  '/a"b',
  '/a|b',
  '/a^b',
  '/a`b',
  '/a{b}',
  '/a<b>',
  '/login\0',
  '/login\n',
  `/${'a'.repeat(MAX_TARGET_LENGTH)}`,
  `/login?${'a'.repeat(MAX_TARGET_LENGTH)}`,
])('%j is not', (target) => {
  expect(readTarget(target)).toBeNull()
})

test('what is in normal form has no other reading', () => {
  const pieces = [
    '/',
    '.',
    '..',
    '%2e',
    '%2F',
    '%5c',
    '\\',
    '%25',
    '%',
    'a',
    '%41',
    '%c3%a9',
    '%00',
    '?',
    '#',
    ';',
    '@',
  ]
  const targets = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => `/${all.join('')}`)
  fc.assert(
    fc.property(targets, (target) => {
      const read = readTarget(target)
      if (!read) return
      // A browser's reading, and that of a reader who decodes once more.
      expect(new URL(target, 'http://localhost').pathname).toBe(read.path)
      const decoded = decodeURIComponent(read.path)
      expect(decodeURIComponent(decoded)).toBe(decoded)
      expect(decoded.split('/')).toHaveLength(read.path.split('/').length)
      expect(decoded.split('/').filter((segment) => /^\.{1,2}$/.test(segment))).toEqual([])
    }),
    { numRuns: 20_000 },
  )
})
