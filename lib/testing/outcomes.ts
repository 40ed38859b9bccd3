/** What became of a move, as tests compare it. */
import { db } from '../db'
import { isAppError } from '../errors'

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

export const rowOf = (id: string) =>
  db().read((client) => client.loginRequest.findUniqueOrThrow({ where: { id } }))

export const sessionsFrom = (loginRequestId: string) =>
  db().read((client) => client.session.findMany({ where: { loginRequestId } }))

/** What the audit log tells of a request, oldest first. */
export const auditOf = (loginRequestId: string) =>
  db().read(async (client) => {
    const events = await client.auditEvent.findMany({ where: { loginRequestId }, orderBy: { id: 'asc' } })
    return events.map(({ type, detail }) => [type, detail].filter(Boolean).join(' '))
  })
