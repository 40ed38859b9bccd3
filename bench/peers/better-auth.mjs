// better-auth as its documentation sets it up for the device flow, at its best: no rate limits, no reports, no log,
// and SQLite with the same journal and the same syncs as QR Login.
import path from 'node:path'
import { betterAuth } from 'better-auth'
import { deviceAuthorization } from 'better-auth/plugins'
import Database from 'better-sqlite3'

export const CLIENT = 'desktop'

/** The options, for the server and for the migration before it. */
export function options() {
  const database = new Database(path.join(process.env.DATA_DIR ?? '.', 'better-auth.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  return {
    database,
    baseURL: process.env.APP_URL ?? 'http://localhost',
    secret: 'a constant is enough where nobody else can reach it',
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      // Without the least interval, since a poll that comes too soon would be refused instead of answered.
      deviceAuthorization({ interval: '0s', validateClient: (id) => id === CLIENT }),
    ],
  }
}

export const makeAuth = () => betterAuth(options())
