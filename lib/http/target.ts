/**
 * The target of a request (RFC 9112 §3.2.1). Each address has one spelling here, the normal form of RFC 3986 §6.2.2:
 * whatever decides, counts, logs and serves reads the same path.
 */

/** Our own addresses are much shorter. Redirects repeat a target in their heads, which proxies keep in 4 KiB. */
export const MAX_TARGET_LENGTH = 1_024

export interface Target {
  path: string
  /** With its question mark; empty where there is none. */
  query: string
}

/** Segments of characters that a path may hold (RFC 3986 §3.3): none is empty but the last, and none is a dot segment. */
const PATH = /^\/(?:(?!\.{1,2}(?:\/|$))(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+(?:\/|$))*$/
/** Browsers leave more as it is in a query. */
const QUERY = /^(?:\?[!"$-~]*)?$/
/** What must not be encoded: unreserved characters have another spelling, and the others would be read twice. */
const NEVER_ENCODED = /[\w.~/\\%-]/

/** Takes a target apart; null for one that is not in normal form, or too long. */
export function readTarget(target: string): Target | null {
  if (target.length > MAX_TARGET_LENGTH) return null
  const end = target.indexOf('?')
  const path = end < 0 ? target : target.slice(0, end)
  const query = end < 0 ? '' : target.slice(end)
  return isNormal(path) && QUERY.test(query) ? { path, query } : null
}

function isNormal(path: string): boolean {
  if (!PATH.test(path)) return false
  if (!path.includes('%')) return true
  const encoded = path.match(/%../g) ?? []
  return isDecodable(path) && encoded.every((octet) => !NEVER_ENCODED.test(charOf(octet)))
}

const charOf = (octet: string): string => String.fromCharCode(parseInt(octet.slice(1), 16))

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
