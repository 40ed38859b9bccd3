/** What a refused consume means. Pure. */
import { ApiError, hasCode } from '../api'
import type { Failure } from './phase'

/** How often the code may still be typed, where it was wrong; 0 for whatever ended the request. */
export const triesLeft = (error: unknown): number =>
  hasCode(error, 'proof_failed') ? (error.problem.triesLeft ?? 0) : 0

export function failureOf(error: unknown): Failure {
  if (hasCode(error, 'proof_failed')) return 'proof_tries'
  if (hasCode(error, 'too_many_sign_ins')) return 'too_many_sign_ins'
  return (error instanceof ApiError && error.problem.reason) || 'failed'
}
