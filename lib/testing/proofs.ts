/** What tests of proofs have in common. */
import { vi } from 'vitest'
import { settings } from '../env'
import type { Policy } from '../login/policy'
import type { LoginRequest } from '../generated/prisma/client'
import { consume } from '../login/consume'
import { readAsDesktop } from '../login/desktop'
import { confirm } from '../login/confirm'
import { desktopView } from '../login/view'
import type { ConfirmBody } from '../wire'
import {
  makePhone,
  NOON,
  openAndScan,
  PHONE,
  pickWrong,
  type SignedInDevice,
  STRANGE,
  strongSession,
  wrongNumberFor,
} from './people'

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

/** Approves what `by` has scanned. */
export const approveBy =
  (by: SignedInDevice) =>
  ({ id, scanToken }: { id: string; scanToken: string }, fields: Partial<ConfirmBody>, now = NOON) =>
    confirm(id, { scanToken, stay: '12h', kind: 'derived', ...fields }, strongSession(by, now), PHONE, now)

/** A strange desktop that the account of `phone` knows. */
export const knownTo = async ({ session }: SignedInDevice): Promise<Place> => ({
  ...strange,
  device: (await makePhone(session.userId)).device,
})

type Scanned = Pick<Awaited<ReturnType<typeof openAndScan>>, 'request'>
export const right = ({ request }: Scanned) => ({ number: request.number! })
export const wrong = ({ request }: Scanned) => ({ number: wrongNumberFor(request)! })

interface Opened {
  id: string
  secret: string
}

/** The strange desktop takes its session, with the code that was typed there. */
export const typeCode = ({ id, secret }: Opened, typed?: string, now = NOON) =>
  consume(id, secret, undefined, STRANGE, now, typed)

export const wrongCode = (code: string | undefined, off = 1): string =>
  String((Number(code) + off) % 1_000_000).padStart(6, '0')

/** What a desktop without a device sees. */
export const viewOf = async ({ id, secret }: Opened, now = NOON) =>
  desktopView(await readAsDesktop(id, secret), undefined, settings().appUrl, now)

/** Two wrong picks: the next scan is at high risk. */
export async function raiseRisk(by: SignedInDevice, now = NOON): Promise<void> {
  await pickWrong(by, now)
  await pickWrong(by, now)
}
