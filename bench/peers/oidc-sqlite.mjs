// oidc-provider's storage on better-sqlite3: one table, a statement each, prepared once.
import Database from 'better-sqlite3'

export function sqliteAdapter(file) {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(`
    CREATE TABLE IF NOT EXISTS item (
      key TEXT NOT NULL PRIMARY KEY,
      payload TEXT NOT NULL,
      grantId TEXT,
      userCode TEXT,
      uid TEXT,
      expiresAt INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS item_grantId ON item (grantId) WHERE grantId IS NOT NULL;
    CREATE INDEX IF NOT EXISTS item_userCode ON item (userCode) WHERE userCode IS NOT NULL;
    CREATE INDEX IF NOT EXISTS item_uid ON item (uid) WHERE uid IS NOT NULL;
  `)
  const upsert = database.prepare('INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)')
  const byKey = database.prepare('SELECT payload, expiresAt FROM item WHERE key = ?')
  const byUserCode = database.prepare('SELECT payload, expiresAt FROM item WHERE userCode = ?')
  const byUid = database.prepare('SELECT payload, expiresAt FROM item WHERE uid = ?')
  const destroy = database.prepare('DELETE FROM item WHERE key = ?')
  const revoke = database.prepare('DELETE FROM item WHERE grantId = ?')
  const consume = database.prepare(
    "UPDATE item SET payload = json_set(payload, '$.consumed', unixepoch()) WHERE key = ?",
  )

  const live = (row) =>
    row && (row.expiresAt === null || row.expiresAt > Date.now()) ? JSON.parse(row.payload) : undefined

  return class {
    #prefix

    constructor(model) {
      this.#prefix = `${model}:`
    }

    async upsert(id, payload, expiresIn) {
      const { grantId = null, userCode = null, uid = null } = payload
      const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : null
      upsert.run(this.#prefix + id, JSON.stringify(payload), grantId, userCode, uid, expiresAt)
    }

    async find(id) {
      return live(byKey.get(this.#prefix + id))
    }

    async findByUserCode(userCode) {
      return live(byUserCode.get(userCode))
    }

    async findByUid(uid) {
      return live(byUid.get(uid))
    }

    async consume(id) {
      consume.run(this.#prefix + id)
    }

    async destroy(id) {
      destroy.run(this.#prefix + id)
    }

    async revokeByGrantId(grantId) {
      revoke.run(grantId)
    }
  }
}
