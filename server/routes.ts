/** Addresses with their ids taken out, for figures: a closed set, since labels that strangers make would fill the memory. */
export const ROUTES = new Set([
  '/',
  '/login',
  '/signin',
  '/signup',
  '/scan',
  '/sessions',
  '/activity',
  '/account',
  '/not-me',
  '/forgot-password',
  '/reset-password',
  '/confirm-email',
  '/api/account',
  '/api/account/password',
  '/api/activity',
  '/api/activity/export',
  '/api/auth/callback/password',
  '/api/auth/callback/qr',
  '/api/auth/csrf',
  '/api/auth/providers',
  '/api/auth/session',
  '/api/auth/signout',
  '/api/email',
  '/api/email/claim',
  '/api/email/confirm',
  '/api/health/live',
  '/api/health/ready',
  '/api/locale',
  '/api/login',
  '/api/login/[id]',
  '/api/login/[id]/confirm',
  '/api/login/[id]/events',
  '/api/login/[id]/reject',
  '/api/login/scan',
  '/api/login/ticket',
  '/api/metrics',
  '/api/notices',
  '/api/notices/[id]',
  '/api/openapi.json',
  '/api/password-reset',
  '/api/password-reset/use',
  '/api/reauthenticate',
  '/api/report',
  '/api/report/look',
  '/api/self-test',
  '/api/sessions',
  '/api/sessions/[id]',
  '/api/sessions/[id]/report',
  '/api/users',
])

/** True for a path that is answered by a route of our own. */
export const isRoute = (path: string): boolean => routeOf(path) !== 'other'

/** The route of a path, `other` where it is none. */
export function routeOf(path: string): string {
  if (path.startsWith('/_next/')) return '/_next'
  if (path.startsWith('/scan/')) return '/scan/[code]'
  const route = path.replace(/\/[\w-]{22}(?=\/|$)/, '/[id]')
  if (ROUTES.has(route)) return route
  return path.startsWith('/api/auth/') ? '/api/auth/*' : 'other'
}
