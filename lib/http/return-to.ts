/** Where to land after signing in. */
import { settings } from '../env'

/**
 * A path of this site, parsed as a browser would; '/' for anything else, for `//…` (another host to a browser) and for
 * `/api/…` (no page).
 */
export function safeReturnTo(value: string | undefined): string {
  const { appUrl } = settings()
  if (!value || !URL.canParse(value, appUrl)) return '/'
  const url = new URL(value, appUrl)
  const refused = url.origin !== appUrl || url.pathname.startsWith('//') || url.pathname.startsWith('/api/')
  return refused ? '/' : url.pathname + url.search + url.hash
}
