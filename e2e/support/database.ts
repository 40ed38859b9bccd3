/** The server's database, looked at (and aged) from outside. */
import { engineOf, stored, type Engine, type Place } from './engine'
import { RedisRows } from './redis-requests'
import { LoginRows, moveTimes, type LoginRow, type Requests } from './requests'

export interface SessionRow {
  id: string
  userId: string
  method: string
  kind: string
  parentId: string | null
  loginRequestId: string | null
  createdAt: string
  expiresAt: string
  endedAt: string | null
  endReason: string | null
}

/** Those that a sign-in touches, beside its request. */
const TABLES = ['User', 'Device', 'Session', 'AuditEvent', 'Notice', 'Block']

export class Rows {
  readonly #engine: Engine
  readonly #requests: Requests

  constructor(place: Place) {
    this.#engine = engineOf(place)
    this.#requests =
      place.redisUrl === undefined ? new LoginRows(this.#engine) : new RedisRows(place.redisUrl)
  }

  async close(): Promise<void> {
    await this.#requests.close()
    await this.#engine.close()
  }

  request(id: string): Promise<LoginRow> {
    return this.#requests.one(id)
  }

  /** Of several login requests, in their order. */
  statesOf(ids: readonly string[]): Promise<string[]> {
    return Promise.all(ids.map(async (id) => (await this.request(id)).state))
  }

  /** The sessions that a login request has made: one at most, or something is wrong. */
  sessionsOf(requestId: string): Promise<SessionRow[]> {
    return this.#engine.ask('SELECT * FROM "Session" WHERE "loginRequestId" = ?', requestId)
  }

  /** All sessions that came out of login requests. */
  byRequest(): Promise<SessionRow[]> {
    return this.#engine.ask('SELECT * FROM "Session" WHERE "loginRequestId" IS NOT NULL')
  }

  /** The session that a login request has made. */
  async sessionOf(requestId: string): Promise<SessionRow> {
    const [session] = await this.sessionsOf(requestId)
    if (!session) throw new Error('This login request made no session.')
    return session
  }

  async session(id: string): Promise<SessionRow> {
    const [session] = await this.#engine.ask<SessionRow>('SELECT * FROM "Session" WHERE "id" = ?', id)
    return session!
  }

  async auditTypes(sessionId: string): Promise<string[]> {
    const rows = await this.#engine.ask<{ type: string }>(
      'SELECT "type" FROM "AuditEvent" WHERE "sessionId" = ? ORDER BY "id"',
      sessionId,
    )
    return rows.map(({ type }) => type)
  }

  /** Every row of every table that a sign-in touches, to see that nothing was written. */
  async everything(): Promise<unknown> {
    const all: Record<string, object[]> = { LoginRequest: await this.#requests.all() }
    for (const table of TABLES) all[table] = await this.#engine.ask(`SELECT * FROM "${table}" ORDER BY "id"`)
    return all
  }

  /** All hashes that must never leave the server. */
  async secretHashes(): Promise<string[]> {
    const columns = [
      'SELECT "passwordHash" AS "hash" FROM "User"',
      'SELECT "secretHash" AS "hash" FROM "Device"',
      'SELECT "secretHash" AS "hash" FROM "Session"',
    ]
    const rows = await this.#engine.ask<{ hash: string }>(columns.join(' UNION '))
    return [...rows.map(({ hash }) => hash), ...(await this.#requests.hashes())]
  }

  /**
   * Makes a login request older by so many seconds: all its times move into the past together, which to the server
   * is the same as waiting. Real time then goes on, with no clock touched on either side: a code's age, an expiry and
   * the page's own timers stay what they are in life, and five minutes take no time.
   */
  age(id: string, seconds: number): Promise<void> {
    return this.#requests.age(id, seconds)
  }

  /** The same for a session, and for the notice of it. */
  async ageSession(id: string, seconds: number): Promise<void> {
    await moveTimes(this.#engine, 'Session', 'id', id, ['createdAt', 'probationEndsAt'], seconds)
    await moveTimes(this.#engine, 'Notice', 'sessionId', id, ['createdAt', 'linkEndsAt'], seconds)
  }

  /** The notice of a session, by id. */
  async noticeOf(sessionId: string): Promise<string> {
    const rows = this.#engine.ask<{ id: string }>(
      'SELECT "id" FROM "Notice" WHERE "sessionId" = ?',
      sessionId,
    )
    return (await rows)[0]!.id
  }

  /** The notice of the session that a login request has made. */
  async noticeBy(requestId: string): Promise<string> {
    return this.noticeOf((await this.sessionOf(requestId)).id)
  }

  /** Lets that much happen in the account of a session. */
  async note(sessionId: string, times: number): Promise<void> {
    const { userId } = await this.session(sessionId)
    for (let time = 0; time < times; time++)
      await this.#engine.ask(
        'INSERT INTO "AuditEvent" ("at", "type", "userId") VALUES (?, ?, ?)',
        stored(Date.now()),
        'profile_changed',
        userId,
      )
  }
}
