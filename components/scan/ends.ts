/** How a scan can end on the phone, and what there is to do then. Pure. */
import type { Problem, Reason } from '@/lib/wire'
import { ApiError } from '../api'

export type End =
  | Reason
  | 'approved'
  | 'reported'
  | 'taken_back'
  | 'expired'
  | 'already_scanned'
  | 'already_used'
  | 'not_found'
  | 'refused'
  | 'blocked'
  | 'outdated'
  | 'failed'

export type NextStep = 'scan' | 'sessions' | 'home' | 'signin' | 'again'

/** Error code → end, where the code alone says it. */
const BY_CODE: Partial<Record<Problem['code'], End>> = {
  expired: 'expired',
  already_scanned: 'already_scanned',
  already_used: 'already_used',
  not_found: 'not_found',
  invalid_input: 'not_found',
  wrong_device: 'not_found',
  refused: 'refused',
  blocked: 'blocked',
  sign_in_required: 'session_ended',
}

/** The end that a refusal means for the phone. */
export function endOf(error: unknown): End {
  if (!(error instanceof ApiError)) return 'failed'
  const { code, reason, requestStatus } = error.problem
  if (reason) return reason
  if (code !== 'wrong_state') return BY_CODE[code] ?? 'failed'
  if (requestStatus === 'confirmed') return 'approved'
  return requestStatus === 'scanned' ? 'outdated' : 'failed'
}

/** The one obvious thing to do after each end. */
export const NEXT_STEP: Record<End, NextStep> = {
  declined: 'home',
  reported: 'home',
  approved: 'sessions',
  taken_back: 'home',
  expired: 'scan',
  already_scanned: 'scan',
  already_used: 'sessions',
  withdrawn: 'scan',
  not_me: 'scan',
  superseded: 'scan',
  wrong_number: 'scan',
  proof_tries: 'scan',
  session_ended: 'signin',
  not_found: 'scan',
  relayed: 'scan',
  refused: 'home',
  blocked: 'home',
  outdated: 'again',
  failed: 'again',
}
