import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, test } from 'vitest'
import { loggedPath, logOptions } from './log'

test.each(['/scan/AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBB', '/scan/AAAAAAAAAAAAAAAAAAAAAA', '/SCAN/A/B'])(
  'the rotating code in %s is not logged',
  (path) => {
    expect(loggedPath(path)).toBe('/scan/[code]')
  },
)

test.each(['/reset-password%23AAAAAAAAAAAAAAAAAAAAAA.BBBB', '/confirm-email/AAAA.BBBB', '/not-me/'])(
  'a link that comes as %s is not logged',
  (path) => {
    expect(loggedPath(path)).toBe('/[link]')
  },
)

test.each(['/', '/scan', '/reset-password', '/signin'])('%s is logged as it is', (path) => {
  expect(loggedPath(path)).toBe(path)
})

test('secrets are redacted wherever they stand, error codes are not', () => {
  let lines = ''
  const out = new Writable({ write: (chunk, _, done) => ((lines += String(chunk)), done()) })
  const log = pino(logOptions('info'), out)
  const secrets = { password: 'SECRET', token: 'SECRET', scanToken: 'SECRET', cookie: 'SECRET' }
  log.info({ ...secrets, headers: { cookie: 'SECRET' }, request: { headers: { 'set-cookie': 'SECRET' } } })
  log.info({ body: { ...secrets, code: 'SECRET', userCode: 'SECRET' } })
  log.error({ err: Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' }) })
  expect(lines).not.toContain('SECRET')
  expect(lines).toContain('SQLITE_BUSY')
})
