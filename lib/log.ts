/** Logs as JSON lines. Secrets are redacted by name, and the rotating code is cut out of every address. */
import pino, { type Logger } from 'pino'
import { settings } from './env'

const LOGGER = Symbol.for('qr-login.logger')
const shared = globalThis as { [LOGGER]?: Logger }

const SECRET_FIELDS = [
  'password',
  'currentPassword',
  'newPassword',
  'scanToken',
  'userCode',
  'code',
  'csrfToken',
]

/** The process's logger. */
export function log(): Logger {
  return (shared[LOGGER] ??= pino({
    level: settings().logLevel,
    base: undefined,
    redact: [
      ...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
      '*.headers.cookie',
      '*.headers.authorization',
      '*.headers["set-cookie"]',
    ],
  }))
}

/** A path as it may be logged: without its query, and without the code that `/scan/{id}.{code}` carries. */
export function loggedPath(url: string): string {
  const path = url.split('?')[0] ?? ''
  return path.replace(/^(\/scan\/[^.]*)\..*$/, '$1.[code]')
}
