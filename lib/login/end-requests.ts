/** What becomes of login requests whose phone is signed out. */
import { auditAll } from '../audit'
import type { Transaction } from '../db'
import { MOVES } from './state'

/** Ends the requests that sessions have scanned or approved and that are still open. */
export async function endRequestsOf(tx: Transaction, sessionIds: string[], now: Date): Promise<void> {
  const { from, to, reason } = MOVES.end_session
  const requests = await tx.loginRequest.updateManyAndReturn({
    where: { scanSessionId: { in: sessionIds }, state: { in: [...from] }, expiresAt: { gt: now } },
    data: { state: to, reason, revision: { increment: 1 }, userCodeHash: null, scanTokenHash: null },
  })
  await auditAll(
    tx,
    now,
    requests.map((row) => ({
      type: 'login_rejected',
      userId: row.scanUserId,
      sessionId: row.scanSessionId,
      loginRequestId: row.id,
      detail: reason,
    })),
  )
}
