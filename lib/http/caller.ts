/**
 * Who calls. Next keeps a client's own forwarding headers, so a handler can't know; the front door does, and tells in
 * private headers that only it can write: it overwrites them on every request and seals them with a key that lives in
 * this process alone. A request without the seal did not come through the front door and is refused.
 */
import { randomBytes } from 'node:crypto'
import { AppError } from '../errors'
import type { Caller } from '../caller'
import { equal } from '../tokens'
import { parseUserAgent, type Agent } from '../user-agent'
import { Opened } from '../wire'

const SEAL = 'x-qr-login-seal'
const ADDRESS = 'x-qr-login-address'
const BUCKET = 'x-qr-login-bucket'
const ORIGIN = 'x-qr-login-origin'
const SELF_TEST = 'x-qr-login-self-test'
const REQUEST_ID = 'x-qr-login-request-id'
const OPENED = 'x-qr-login-opened'

const KEY = Symbol.for('qr-login.front-door')
const shared = globalThis as { [KEY]?: string }
const sealKey = (): string => (shared[KEY] ??= randomBytes(32).toString('base64url'))

/** What the front door found out. */
export interface Arrival {
  /** Null where it could not be determined. */
  address: string | null
  bucket: string
  /** The origin under which this request was accepted. */
  origin: string
  requestId: string
}

export interface CallerOf extends Caller {
  origin: string
  requestId: string
}

/** The private headers for a request that came through the front door. */
export const sealedHeaders = (arrival: Arrival): Record<string, string> => ({
  [SEAL]: sealKey(),
  [ADDRESS]: arrival.address ?? '',
  [BUCKET]: arrival.bucket,
  [ORIGIN]: arrival.origin,
  [REQUEST_ID]: arrival.requestId,
  [OPENED]: '',
})

/** The private header that hands a page the answer to the login request that was opened with it. */
export const openedHeader = (opened: string): Record<string, string> => ({ [OPENED]: opened })

/**
 * The login request that was opened with a page, if one was.
 * @throws AppError `misdirected` where the page's request did not come through the front door
 */
export function openedWith(headers: Pick<Headers, 'get'>): Opened | undefined {
  requireSeal(headers)
  const opened = headers.get(OPENED)
  return opened ? Opened.parse(JSON.parse(opened)) : undefined
}

function requireSeal(headers: Pick<Headers, 'get'>): void {
  if (!equal(headers.get(SEAL) ?? '', sealKey()))
    throw new AppError('misdirected', { detail: 'This server must be reached through its front door.' })
}

/** True for the front door's own question to itself, whether it can be lied to. */
export const isSelfTest = (headers: Pick<Headers, 'get'>): boolean =>
  equal(headers.get(SELF_TEST) ?? '', sealKey())

/** The header of that question. */
export const selfTestHeader = (): Record<string, string> => ({ [SELF_TEST]: sealKey() })

/**
 * Who sent a request.
 * @throws AppError `misdirected` where it did not come through the front door
 */
export function callerOf(headers: Pick<Headers, 'get'>): CallerOf {
  requireSeal(headers)
  const arrival = {
    address: headers.get(ADDRESS) || null,
    bucket: headers.get(BUCKET) ?? '',
    origin: headers.get(ORIGIN) ?? '',
    requestId: headers.get(REQUEST_ID) ?? '',
  }
  return callerFrom(arrival, headers)
}

/** The same, where the front door itself tells what it found out. */
export function callerFrom(arrival: Arrival, headers: Pick<Headers, 'get'>): CallerOf {
  const { address, bucket, origin, requestId } = arrival
  let agent: Agent | undefined
  return {
    address,
    bucket,
    origin,
    requestId,
    // Taking it apart is dear, and few calls ask.
    get agent() {
      return (agent ??= parseUserAgent(headers.get('user-agent')))
    },
  }
}
