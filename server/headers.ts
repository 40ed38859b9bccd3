/** The headers of every answer, in one place. */
import { randomBytes } from 'node:crypto'

const EVERYWHERE: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // `no-referrer` would make form posts send `Origin: null`.
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(self), geolocation=(), payment=(), usb=()',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Browsers ignore these over plain http, and complain of the first. */
const OVER_HTTPS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000',
}

export type Area = 'page' | 'api' | 'static'

/** Which rules an address falls under. */
export function areaOf(path: string): Area {
  if (path.startsWith('/api/')) return 'api'
  return path.startsWith('/_next/static/') ? 'static' : 'page'
}

/**
 * The policy for a page (CSP level 3). Next finds the nonce in the request's header of the same name and puts it on
 * its scripts. Style attributes, which the camera's and the menus' libraries write, rule a style nonce out.
 */
export function pagePolicy(dev: boolean): string {
  const nonce = randomBytes(16).toString('base64')
  const development = dev ? " 'unsafe-eval'" : ''
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'${development}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The headers of every answer by area, the page's policy apart. */
export function securityHeaders(secure: boolean): Record<Area, Record<string, string>> {
  const everywhere = { ...EVERYWHERE, ...(secure && OVER_HTTPS) }
  return {
    page: everywhere,
    static: everywhere,
    api: { ...everywhere, 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" },
  }
}
