/** Every cookie that this project sets, by one rule: HttpOnly, SameSite=Lax, and `__Host-` wherever there is https. */
import { parseCookie, stringifySetCookie } from 'cookie'
import { settings } from '../env'
import { RequestId } from '../wire'

/**
 * Own names, none the beginning of another: cookies ignore ports, so that other apps on this host would clash, and
 * next-auth joins (and deletes) whatever begins with its session cookie's name.
 */
const NAMES = {
  session: 'qrl-session',
  csrf: 'qrl-csrf',
  callback: 'qrl-callback',
  device: 'qrl-device',
  ticket: 'qrl-ticket',
  locale: 'qrl-locale',
} as const
const LOGIN = 'qrl-login-'

export const DEVICE_SECONDS = 400 * 86_400
/** Longer than any login request can live (5 min + 2 min + 1 min), with room to say that it is over. */
const LOGIN_SECONDS = 900

const isSecure = (): boolean => settings().appUrl.startsWith('https:')
const prefixed = (name: string): string => (isSecure() ? `__Host-${name}` : name)

/** A cookie's full name. */
export const cookieName = (name: keyof typeof NAMES): string => prefixed(NAMES[name])

/** What every cookie of this project has in common. */
export const cookieOptions = () =>
  ({ httpOnly: true, sameSite: 'lax', secure: isSecure(), path: '/' }) as const

/** The cookies that a browser brought. */
export class Cookies {
  readonly all: Record<string, string | undefined>

  constructor(header: string | null) {
    this.all = parseCookie(header ?? '')
  }

  get(name: keyof typeof NAMES): string | undefined {
    return this.all[cookieName(name)]
  }

  /** The desktop secret of one login request. */
  desktopSecret(id: string): string | undefined {
    return this.all[prefixed(LOGIN + id)]
  }

  /** All desktop secrets, by request id. */
  desktopSecrets(): Map<string, string> {
    const held = new Map<string, string>()
    for (const [name, value] of Object.entries(this.all)) {
      const id = name.startsWith(prefixed(LOGIN)) ? name.slice(prefixed(LOGIN).length) : ''
      if (value && RequestId.safeParse(id).success) held.set(id, value)
    }
    return held
  }
}

function serialize(name: string, value: string, maxAge: number): string {
  return stringifySetCookie({ name, value, maxAge, ...cookieOptions() })
}

/** `Set-Cookie` values. A lifetime of 0 seconds deletes. */
export const setCookie = (name: keyof typeof NAMES, value: string, maxAge: number): string =>
  serialize(cookieName(name), value, maxAge)

export const setDesktopSecret = (id: string, secret: string): string =>
  serialize(prefixed(LOGIN + id), secret, LOGIN_SECONDS)

export const dropDesktopSecret = (id: string): string => serialize(prefixed(LOGIN + id), '', 0)
