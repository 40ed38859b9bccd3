/** What became of a move, as tests compare it. */
import type { AuditEntry } from '../audit'
import { db } from '../db'
import { settings } from '../env'
import { isAppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import { findRequest } from '../login/requests'
import { redis } from '../redis'

/** The code of the error that `work` ends with, and what else it says. */
export async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isAppError(error)) throw error ?? new Error('was not refused')
  const { proof, triesLeft, reason, status } = error.extras
  return [error.code, proof, triesLeft, reason, status].filter((word) => word !== undefined).join(' ')
}

/** How often each outcome came up: 'done', or the code of the refusal. */
export async function tally(work: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected' && !isAppError(result.reason)) throw result.reason
    const outcome = result.status === 'fulfilled' ? 'done' : (result.reason.code as string)
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

export async function rowOf(id: string): Promise<LoginRequest> {
  const row = await findRequest(id)
  if (!row) throw new Error('There is no such request.')
  return row
}

/** How many requests are kept. */
export async function countRequests(): Promise<number> {
  if (settings().redisUrl === undefined) return db().read((client) => client.loginRequest.count())
  return (await redis().keys('qrlogin:request:*')).length
}

export const sessionsFrom = (loginRequestId: string) =>
  db().read((client) => client.session.findMany({ where: { loginRequestId } }))

/** What the audit log tells of a request, oldest first, and what is still to be written there. */
export async function auditOf(loginRequestId: string): Promise<string[]> {
  const events = await db().read((client) =>
    client.auditEvent.findMany({ where: { loginRequestId }, orderBy: { id: 'asc' } }),
  )
  return [...events, ...(await unwrittenOf(loginRequestId))].map(({ type, detail }) =>
    [type, detail].filter(Boolean).join(' '),
  )
}

async function unwrittenOf(id: string): Promise<AuditEntry[]> {
  if (settings().redisUrl === undefined) return []
  const lines = await redis().lrange(`qrlogin:history:${id}`, 0, -1)
  return lines.map((line) => (JSON.parse(line) as { entry: AuditEntry }).entry)
}
