/**
 * The code in the QR: a MAC over the request's id and a 30 s step, so that rotating it writes nothing and a
 * photograph is worthless within a minute.
 */
import { equal } from '../tokens'
import { mac, macs } from '../keys'

const STEP_SECONDS = 30
/** By so much the clock of the server that showed a code may be ahead of this one's. */
const AHEAD_SECONDS = 2
/** Truncated to 64 bits (RFC 2104 §5): eight bytes, 11 characters of base64url. */
const CODE_BYTES = 8

interface Coded {
  id: string
  createdAt: Date
}

/** In seconds. The clock that the request was stored by may be a little ahead of this one's: then it is new. */
const ageAt = ({ createdAt }: Coded, now: Date): number =>
  Math.max(0, now.getTime() - createdAt.getTime()) / 1000

const stepAt = (request: Coded, now: Date): number => Math.floor(ageAt(request, now) / STEP_SECONDS)

const encode = (full: Buffer): string => full.subarray(0, CODE_BYTES).toString('base64url')

/** The code that a desktop shows at `now`. */
export const currentCode = (request: Coded, now: Date): string =>
  encode(mac('code', request.id, stepAt(request, now)))

/** Whole seconds until the next code, at least 1. */
export function codeExpiresIn(request: Coded, now: Date): number {
  return Math.max(1, Math.ceil(STEP_SECONDS - (ageAt(request, now) % STEP_SECONDS)))
}

/** True for the code of the current step, the one before it, and one that is due at once, under any accepted secret. */
export function isLiveCode(request: Coded, code: string, now: Date): boolean {
  const step = stepAt(request, now)
  const due = stepAt(request, new Date(now.getTime() + AHEAD_SECONDS * 1000))
  const live = [...new Set([due, step, step - 1])].flatMap((s) => macs('code', request.id, s).map(encode))
  return live.map((candidate) => equal(candidate, code)).includes(true)
}

const urls = new WeakMap<Coded, { step: number; url: string }>()

/** `{APP_URL}/scan/{id}.{code}`, which a phone's own camera opens. */
export function scanUrl(appUrl: string, request: Coded, now: Date): string {
  const step = stepAt(request, now)
  const known = urls.get(request)
  // A waiting desktop asks for the same one many times, and the MAC is most of the work of telling it.
  if (known?.step === step) return known.url
  const url = `${appUrl}/scan/${request.id}.${currentCode(request, now)}`
  urls.set(request, { step, url })
  return url
}

/** Takes `{id}.{code}` apart (its shape is checked by the wire). */
export function splitScanCode(value: string): { id: string; code: string } {
  const [id = '', code = ''] = value.split('.')
  return { id, code }
}
