/** The approval itself, and what its answers and refusals mean. */
import type { Confirmed, Scanned } from '@/lib/wire'
import { api, hasCode, NetworkError } from '../api'
import { isPassing } from '../retrying'
import { wasApproved } from './undo'
import type { Choice } from './use-choice'
import type { Approved, Claim, ScanState } from './scan-state'

/** What the person gave besides the tap. */
export interface Proofs {
  number?: number
  password?: string
}

/** Seconds for which the desktop can use an approval whose answer was lost. */
const USABLE_SECONDS = 60

/** The tap came without the password that the page asks for. */
export class PasswordMissing extends Error {
  override name = 'PasswordMissing'
}

/** What is wrong with the password, where that is what was refused: nothing is spent by it. */
export function passwordFault(error: unknown): 'missing' | 'wrong' | undefined {
  if (error instanceof PasswordMissing) return 'missing'
  if (!hasCode(error, 'proof_required', 'proof_failed') || error.problem.proof !== 'password')
    return undefined
  return error.problem.code === 'proof_required' ? 'missing' : 'wrong'
}

/** True where the call may have got through although its answer did not. */
export const isUnsure = (error: unknown): boolean =>
  error instanceof NetworkError || hasCode(error, 'internal')

const usableFor = <T extends Claim>(scanned: T, seconds: number): Approved<T> => {
  return { scanned, usableUntil: Date.now() + seconds * 1000 }
}

/** @throws ApiError, NetworkError */
export async function approve(scanned: Scanned, choice: Choice, proofs: Proofs): Promise<ScanState> {
  try {
    const { expiresIn, code } = await confirm(scanned, choice, proofs)
    const approved = usableFor(scanned, expiresIn)
    return code === undefined ? { name: 'done', ...approved } : { name: 'owed', code, ...approved }
  } catch (error) {
    if (!wasApproved(error)) throw error
    // A code that is owed is told again to who asks again: only another tab's approval comes without it.
    const elsewhere = scanned.proofs.includes('code') && !hasCode(error, 'already_used')
    if (elsewhere) return { name: 'end', end: 'approved' }
    return { name: 'done', ...usableFor(scanned, USABLE_SECONDS) }
  }
}

/** The choice was made with the first call. */
const REPEATED: Choice = { stay: '12h', kind: 'derived' }

/**
 * The code that an earlier approval owes, once more; null where it owes none any more.
 * @throws ApiError, NetworkError where waiting may help
 */
export async function recall(claim: Claim): Promise<ScanState | null> {
  try {
    const { expiresIn, code } = await confirm(claim, REPEATED, {})
    return code === undefined ? null : { name: 'owed', code, ...usableFor(claim, expiresIn) }
  } catch (error) {
    if (isPassing(error)) throw error
    return hasCode(error, 'already_used') ? { name: 'end', end: 'approved' } : null
  }
}

/** A session that was made by QR has to prove the password before all else: what was typed here does for that too. */
async function confirm({ id, scanToken }: Claim, choice: Choice, proofs: Proofs): Promise<Confirmed> {
  const send = () => api<Confirmed>('POST', `/api/login/${id}/confirm`, { scanToken, ...choice, ...proofs })
  const { password } = proofs
  try {
    return await send()
  } catch (error) {
    if (password === undefined || !hasCode(error, 'reauthentication_required')) throw error
    await api('POST', '/api/reauthenticate', { password })
    return send()
  }
}
