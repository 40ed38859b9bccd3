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

/** What follows these is a secret. Links in mails carry theirs behind a #, which broken readers of mail encode. */
const SECRET_PATHS: [pattern: RegExp, logged: string][] = [
  [/^\/scan\/./i, '/scan/[code]'],
  [/^\/(confirm-email|reset-password|not-me)./i, '/[link]'],
]

/** A path in normal form (`lib/http/target.ts`), without the secrets that some carry. */
export const loggedPath = (path: string): string =>
  SECRET_PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? path
