/** Which keys a login request has in Redis, and how long they stay. */

/** How long after its end a request still says what became of it. */
export const KEPT_MS = 10 * 60_000
/** The same where its history is not written yet: the database may be away. */
export const KEPT_UNWRITTEN_MS = 24 * 3_600_000

export const keys = {
  request: (id: string) => `qrlogin:request:${id}`,
  history: (id: string) => `qrlogin:history:${id}`,
  presented: (id: string) => `qrlogin:presented:${id}`,
  userCode: (hash: string) => `qrlogin:user-code:${hash}`,
  ofSession: (id: string) => `qrlogin:session:${id}`,
  refusals: (browserId: string, userId: string) => `qrlogin:refusals:${browserId}:${userId}`,
  writer: (id: string) => `qrlogin:writer:${id}`,
  /** Ids of requests whose history is to be written, by when they end at the latest. */
  unwritten: 'qrlogin:unwritten',
}
