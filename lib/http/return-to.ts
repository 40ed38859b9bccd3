/** Where to land after signing in. */
import { settings } from '../env'
import { readTarget } from './target'

/**
 * A path of this site, parsed as a browser would; '/' for anything else, for what the front door refuses (`//…` is
 * another host to a browser) and for `/api/…` (no page).
 */
export function safeReturnTo(value: string | undefined): string {
  const { appUrl } = settings()
  if (!value || !URL.canParse(value, appUrl)) return '/'
  const url = new URL(value, appUrl)
  const target = url.origin === appUrl ? readTarget(url.pathname + url.search) : null
  return target && !target.path.startsWith('/api/') ? target.path + target.query + url.hash : '/'
}
