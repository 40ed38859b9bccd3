import { expect, test } from 'vitest'
import { checkNode, explainCompile, explainInstall, sameInstalled, supports } from './steps.mjs'

test.each([
  ['v20.18.3', false],
  ['v20.19.0', true],
  ['v21.7.0', false],
  ['v22.11.0', false],
  ['v22.12.0', true],
  ['v23.9.0', false],
  ['v24.0.0', true],
  ['v26.1.0', true],
])('Node %s is supported: %s', (version, supported) => {
  expect(supports('^20.19 || ^22.12 || >=24', version)).toBe(supported)
})

test('an unsupported Node is refused in one line', () => {
  expect(() => checkNode('v18.20.4')).toThrow(/^Node v18\.20\.4 is not supported .*: install Node .*$/)
})

test.each([
  ['gyp ERR! find Python You need to install the latest version of Python.', 'Python is missing'],
  ['gyp ERR! stack Error: not found: make', 'make is missing'],
  [
    'gyp info find Python using Python version 3.11\nmake: g++: No such file or directory',
    'a C++ compiler is missing',
  ],
  ['/bin/sh: 1: g++: not found', 'a C++ compiler is missing'],
])('a compile that ends with "%s" says that %s, and what helps', (output, cause) => {
  const message = explainCompile(`npm error code 1\n${output}\n`)
  expect(message).toContain(cause)
  expect(message).not.toContain('\n')
})

test('a prebuilt addon that could not be fetched is not taken for the cause', () => {
  const fetching = 'prebuild-install warn install getaddrinfo ENOTFOUND github.com'
  expect(explainCompile(`${fetching}\ngyp ERR! build error`)).toBeUndefined()
  expect(explainCompile(`${fetching}\ngyp ERR! stack FetchError: ENOTFOUND nodejs.org`)).toContain('network')
})

test.each([
  ['npm error code EUSAGE\nnpm error `npm ci` can only install packages when … are in sync.', 'npm install'],
  ['npm error code ENOTFOUND\nnpm error network request failed', 'check the connection'],
  ['npm error code EACCES\nnpm error syscall mkdir', 'chown'],
])('an install that ends with "%s" says what helps', (output, cure) => {
  expect(explainInstall(output)).toContain(cure)
})

test('an install that failed for an unknown reason is not explained away', () => {
  expect(explainInstall('npm error code E418')).toBeUndefined()
})

const wanted = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/b': { version: '2.0.0', optional: true },
}

test.each([
  ['all that this platform needs', { 'node_modules/a': { version: '1.0.0' } }, true],
  ['another version', { 'node_modules/a': { version: '1.0.1' } }, false],
  ['too little', {}, false],
])('node_modules with %s counts as installed: %#', (_, installed, same) => {
  expect(sameInstalled(wanted, installed)).toBe(same)
})
