// Rows straight into SQLite, as the app would have written them.
import { createHash, randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'

const iso = (ms) => new Date(ms).toISOString().replace('Z', '+00:00')
const token = (bytes) => randomBytes(bytes).toString('base64url')
const hash = (secret) => createHash('sha256').update(secret).digest('base64url')

const HALF_A_DAY_MS = 12 * 3_600_000
const REQUEST = `INSERT INTO LoginRequest (id, state, reason, revision, purpose, desktopSecretHash, userCodeHash,
  desktopKind, desktopBrowser, desktopSystem, desktopAddress, scannedAt, confirmedAt, consumedAt, createdAt, expiresAt)
  VALUES (@id, @state, @reason, @revision, 'sign_in', @secretHash, @userCodeHash,
  'desktop', 'Chrome 140', 'Windows 10', '192.0.2.7', @scannedAt, @confirmedAt, @consumedAt, @createdAt, @expiresAt)`
const EVENT =
  "INSERT INTO AuditEvent (at, type, loginRequestId, address, detail) VALUES (?, ?, ?, '192.0.2.7', ?)"

function inOneTransaction(file, work) {
  const database = new Database(file, { timeout: 10_000 })
  try {
    database.transaction(work)(database.prepare(REQUEST), database.prepare(EVENT))
    database.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}

const NOTHING_YET = { reason: null, userCodeHash: null, scannedAt: null, confirmedAt: null, consumedAt: null }

/** How requests end, in turn: six are used, three are never scanned, one is declined. */
const ENDS = [...'cccccc', ...'nnn', 'r']

/** Requests of the last twelve hours that are over (the sweep takes them after a day), each with what is on record of it. */
export function seedOld(file, count) {
  const now = Date.now()
  inOneTransaction(file, (request, event) => {
    for (let i = 0; i < count; i++) {
      const end = ENDS[i % ENDS.length]
      const id = token(16)
      const opened = now - HALF_A_DAY_MS + Math.floor((i / count) * (HALF_A_DAY_MS - 900_000))
      const at = (seconds) => iso(opened + seconds * 1000)
      const record = (seconds, type, detail = null) => event.run(at(seconds), type, id, detail)
      request.run({
        ...NOTHING_YET,
        id,
        state: { c: 'consumed', n: 'new', r: 'rejected' }[end],
        reason: end === 'r' ? 'declined' : null,
        revision: { c: 4, n: 1, r: 3 }[end],
        secretHash: hash(id),
        userCodeHash: end === 'n' ? token(32) : null,
        createdAt: at(0),
        scannedAt: end === 'n' ? null : at(10),
        confirmedAt: end === 'c' ? at(15) : null,
        consumedAt: end === 'c' ? at(16) : null,
        expiresAt: at(end === 'c' ? 75 : 300),
      })
      record(0, 'login_opened')
      if (end !== 'n') record(10, 'login_scanned')
      if (end === 'c') record(15, 'login_confirmed', 'derived')
      if (end === 'c') record(16, 'session_created', 'qr')
      if (end === 'r') record(14, 'login_rejected', 'declined')
    }
  })
}

/**
 * Requests that wait for a phone, good for an hour.
 * @returns their ids and desktop secrets
 */
export function seedPending(file, count) {
  const now = Date.now()
  const pending = Array.from({ length: count }, () => ({ id: token(16), secret: token(32) }))
  inOneTransaction(file, (request, event) => {
    for (const [index, { id, secret }] of pending.entries()) {
      // Opened over the last half minute, so that their codes do not all rotate at once.
      const opened = now - Math.floor((index / count) * 30_000)
      request.run({
        ...NOTHING_YET,
        id,
        state: 'new',
        revision: 1,
        secretHash: hash(secret),
        userCodeHash: token(32),
        createdAt: iso(opened),
        expiresAt: iso(now + 3_600_000),
      })
      event.run(iso(opened), 'login_opened', id, null)
    }
  })
  return pending
}
