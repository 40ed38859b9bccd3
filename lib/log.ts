/** Logs as JSON lines. Secrets are redacted by name, and the rotating code is cut out of every address. */
import pino, { type Logger, type LoggerOptions } from 'pino'
import { settings } from './env'

const LOGGER = Symbol.for('qr-login.logger')
const shared = globalThis as { [LOGGER]?: Logger }

const SECRETS = [
  'password',
  'currentPassword',
  'newPassword',
  'secret',
  'token',
  'deviceToken',
  'scanToken',
  'csrfToken',
  'ticket',
  'userCode',
  'cookie',
  'authorization',
  'set-cookie',
]
/** Our own error codes stay readable; the codes that a phone sends travel in bodies. */
const PATHS = SECRETS.flatMap((name) => ['', '*', '*.*'].map((at) => `${at}["${name}"]`))

/** Settings of the logger. */
export const logOptions = (level: string): LoggerOptions => ({
  level,
  base: undefined,
  redact: [...PATHS, 'body.code', '*.body.code'],
})

/** The process's logger. */
export function log(): Logger {
  return (shared[LOGGER] ??= pino(logOptions(settings().logLevel)))
}

/** A path as it may be logged: without its query, and nothing of what `/scan/{id}.{code}` carries, however encoded. */
export function loggedPath(url: string): string {
  const path = url.split('?')[0] ?? ''
  return isScanPath(path) ? '/scan/[code]' : path
}

function isScanPath(path: string): boolean {
  try {
    return /^\/+scan\/+./i.test(decodeURIComponent(path))
  } catch {
    return true
  }
}
