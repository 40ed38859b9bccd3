/** The headers of every answer, in one place. */
import { randomBytes } from 'node:crypto'

export type Headers = Record<string, string>

const EVERYWHERE = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // `no-referrer` would make form posts send `Origin: null`.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Browsers ignore these over plain http, and complain of the first. */
const OVER_HTTPS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000',
}

/** What is no page has nothing to load, even where a browser shows it as one. */
const NOTHING = { 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" }

/** The page with the camera. A browser keeps the policy of the page that it loaded: see `components/ui/link.tsx`. */
const CAMERA_PAGE = '/scan'
const permissions = (camera: string) => ({
  'Permissions-Policy': `camera=(${camera}), microphone=(), geolocation=(), payment=(), usb=()`,
})

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

/** The headers of every answer by path, the page's policy apart; null stands for a path that could not be read. */
export function securityHeaders(appUrl: string): (path: string | null) => Headers {
  const everywhere = { ...EVERYWHERE, ...(appUrl.startsWith('https:') && OVER_HTTPS) }
  const page = { ...everywhere, ...permissions('') }
  const camera = { ...everywhere, ...permissions('self') }
  const other = { ...page, ...NOTHING }
  return (path) => {
    if (path === null || areaOf(path) !== 'page') return other
    return path === CAMERA_PAGE ? camera : page
  }
}
