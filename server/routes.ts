/** Addresses with their ids taken out, for figures. */
const KNOWN = new Set([
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
])

/** The route of a path, out of a few dozen. */
export function routeOf(path: string): string {
  if (path.startsWith('/_next/')) return '/_next'
  if (path.startsWith('/scan/')) return '/scan/[code]'
  if (path.startsWith('/api/auth/'))
    return /^\/api\/auth\/(session|csrf|providers|signout|callback\/(password|qr))$/.test(path)
      ? path
      : '/api/auth/*'
  if (!path.startsWith('/api/')) return KNOWN.has(path) ? path : 'other'
  const route = path.replace(/\/[\w-]{22}(?=\/|$)/, '/[id]')
  return /^(\/[a-z-]+|\/\[id\]){1,5}$/.test(route) && route.length < 60 ? route : 'other'
}
