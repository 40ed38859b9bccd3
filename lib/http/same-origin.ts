/**
 * Route handlers get no CSRF check from Next: this is the one that every changing call passes; the server's own
 * call for a page that a person goes to is checked in server/first-request.ts.
 */
import { AppError } from '../errors'
import type { ApiRequest } from './request'

const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Lets a changing call pass only from our own pages. The front door has checked `Host` before, so that a rebound name
 * (whose pages are `same-origin` too) does not get here. A missing Origin and `null` are refused.
 * @throws AppError `cross_site`
 */
export function requireSameOrigin(request: ApiRequest, origin: string): void {
  if (SAFE_METHODS.has(request.method)) return
  const site = request.headers.get('sec-fetch-site')
  const same = site === null ? request.headers.get('origin') === origin : site === 'same-origin'
  if (!same) throw new AppError('cross_site')
}
