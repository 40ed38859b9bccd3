/** A login request as Redis keeps it: a hash with a field for each column that is not null. */
import type { LoginRequest } from '../../generated/prisma/client'

const KINDS = {
  id: 'text',
  state: 'text',
  reason: 'text',
  revision: 'number',
  purpose: 'text',
  desktopSecretHash: 'text',
  userCodeHash: 'text',
  desktopKind: 'text',
  desktopBrowser: 'text',
  desktopSystem: 'text',
  desktopAddress: 'text',
  desktopDeviceId: 'text',
  desktopDeviceHash: 'text',
  browserId: 'text',
  scanTokenHash: 'text',
  scanUserId: 'text',
  scanSessionId: 'text',
  presentedBy: 'text',
  staySeconds: 'number',
  kind: 'text',
  risk: 'text',
  proofs: 'text',
  knownDeviceId: 'text',
  number: 'number',
  numberChoices: 'text',
  codeHash: 'text',
  codeTries: 'number',
  createdAt: 'date',
  scannedAt: 'date',
  confirmedAt: 'date',
  consumedAt: 'date',
  expiresAt: 'date',
} as const satisfies Record<keyof LoginRequest, 'text' | 'number' | 'date'>

/** What a request has from the start; also one that an older version of the program opened. */
export const DEFAULTS: Partial<LoginRequest> = { revision: 1, proofs: '', codeTries: 0 }

/** A row, and until when a consume has it in hand (by Redis's clock, in ms). */
export type Stored = LoginRequest & { leaseEndsAt?: number }

/** @returns null for a hash that is not there */
export function decode(hash: Record<string, string>): Stored | null {
  if (hash.id === undefined) return null
  const row = Object.fromEntries(
    Object.entries(KINDS).map(([column, kind]) => [
      column,
      valueOf(hash[column], kind) ?? DEFAULTS[column as keyof LoginRequest] ?? null,
    ]),
  ) as unknown as LoginRequest
  return hash.leaseEndsAt === undefined ? row : { ...row, leaseEndsAt: Number(hash.leaseEndsAt) }
}

function valueOf(text: string | undefined, kind: 'text' | 'number' | 'date') {
  if (text === undefined) return null
  return kind === 'text' ? text : kind === 'number' ? Number(text) : new Date(Number(text))
}

export interface Encoded {
  /** Field after value after field. */
  fields: string[]
  /** Times, in ms from the moment at which they are written. */
  times: Record<string, number>
  /** What becomes null. */
  cleared: string[]
}

/** What is to be written; times become distances from `now`, since Redis's own clock decides. */
export function encode(data: Partial<LoginRequest>, now: Date): Encoded {
  const encoded: Encoded = { fields: [], times: {}, cleared: [] }
  for (const [column, value] of Object.entries(data)) {
    if (value === null) encoded.cleared.push(column)
    else if (value instanceof Date) encoded.times[column] = value.getTime() - now.getTime()
    else encoded.fields.push(column, String(value))
  }
  return encoded
}
