/** What tests of proofs have in common. */
import { vi } from 'vitest'
import { settings } from '../env'
import type { Policy } from '../login/policy'
import type { LoginRequest } from '../generated/prisma/client'
import { NOON, openAndScan, pickWrong, STRANGE, type SignedInDevice } from './people'

/** A desktop in a network that no setting trusts. */
export const strange = { caller: STRANGE }
export type Place = Parameters<typeof openAndScan>[2]

/** Until the end of the test. */
export const setPolicy = (policy: Policy) =>
  vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue(policy)

/** The risk, and what it asks for. */
export const asks = ({ risk, proofs }: Pick<LoginRequest, 'risk' | 'proofs'>): string =>
  `${risk} ${proofs}`.trim()
export const MEDIUM = 'medium number'
export const HIGH = 'high number password code'

/** Two wrong picks: the next scan is at high risk. */
export async function raiseRisk(by: SignedInDevice, now = NOON): Promise<void> {
  await pickWrong(by, now)
  await pickWrong(by, now)
}
