/** What a browser says of itself, reduced to names that we know: the header is untrusted and is never shown raw. */
import Bowser from 'bowser'
import type { DeviceKind } from './wire'

export interface Agent {
  readonly kind: DeviceKind
  readonly browser: string | null
  readonly system: string | null
}

const BROWSERS = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const SYSTEMS = new Set<string>(Object.values(Bowser.OS_MAP))
const KINDS: Record<string, DeviceKind> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' }
const MAX_LENGTH = 512
/** Most people use one of a few hundred; a sign-in asks five times. */
const MAX_KNOWN = 500
const parsed = new Map<string, Agent>()

/** Parses a User-Agent header; null where a part is not one of Bowser's known names. */
export function parseUserAgent(header: string | null): Agent {
  if (!header || header.length > MAX_LENGTH) return { kind: 'other', browser: null, system: null }
  const seen = parsed.get(header)
  if (seen) return seen
  if (parsed.size >= MAX_KNOWN) parsed.clear()
  const agent = parse(header)
  parsed.set(header, agent)
  return agent
}

function parse(header: string): Agent {
  const parser = Bowser.getParser(header)
  const known = (names: Set<string>, name: string | undefined) => (name && names.has(name) ? name : null)
  return {
    kind: KINDS[parser.getPlatformType(true)] ?? 'other',
    browser: known(BROWSERS, parser.getBrowserName()),
    system: known(SYSTEMS, parser.getOSName()),
  }
}
