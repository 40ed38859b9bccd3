/** What a browser says of itself, reduced to names that we know: the header is untrusted and is never shown raw. */
import Bowser from 'bowser'
import type { DeviceKind } from './wire'

export interface Agent {
  kind: DeviceKind
  browser: string | null
  system: string | null
}

const BROWSERS = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const SYSTEMS = new Set<string>(Object.values(Bowser.OS_MAP))
const KINDS: Record<string, DeviceKind> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' }
const MAX_LENGTH = 512

/** Parses a User-Agent header; null where a part is not one of Bowser's known names. */
export function parseUserAgent(header: string | null): Agent {
  if (!header || header.length > MAX_LENGTH) return { kind: 'other', browser: null, system: null }
  const parser = Bowser.getParser(header)
  const known = (names: Set<string>, name: string | undefined) => (name && names.has(name) ? name : null)
  return {
    kind: KINDS[parser.getPlatformType(true)] ?? 'other',
    browser: known(BROWSERS, parser.getBrowserName()),
    system: known(SYSTEMS, parser.getOSName()),
  }
}
