/**
 * The wrapper around next-auth, which owns the session cookie while our Session row decides. next-auth turns any
 * fault into a deleted cookie or an `?error=`, so its answer is used only where our own callbacks had none; and of its
 * many paths only those in the table exist. See docs/decisions/next-auth-behind-our-session-row.md.
 */
import { createHash } from 'node:crypto'
import * as nextAuthModule from 'next-auth'
import type { AuthOptions } from 'next-auth'
import * as credentialsModule from 'next-auth/providers/credentials'
import { clock } from '../clock'
import { AppError, isAppError } from '../errors'
import { keyFor } from '../keys'
import { take } from '../limits/limits'
import { consume } from '../login/consume'
import type { SignedIn } from '../sessions/create'
import { findSession } from '../sessions/current'
import { endReplaced, signOut } from '../sessions/end'
import { splitToken } from '../tokens'
import { signInWithPassword } from '../users'
import { ConsumeBody, PasswordBody } from '../wire'
import type { Answer } from './answer'
import { check, readBody } from './body'
import type { CallerOf } from './caller'
import { cookieName, cookieOptions, Cookies, DEVICE_SECONDS, setCookie } from './cookies'
import { routeHandler } from './handler'
import { requireSameOrigin } from './same-origin'

/** Node hands a CommonJS module's default over inside of another one; the bundler does not. */
const defaultOf = <T>(module: { default: T }): T => {
  const { default: inner } = module
  return typeof inner === 'object' && inner !== null && 'default' in inner ? (inner.default as T) : inner
}
const NextAuth = defaultOf(nextAuthModule)
const CredentialsProvider = defaultOf(credentialsModule)

const PATHS = new Set([
  'GET session',
  'GET csrf',
  'GET providers',
  'POST signout',
  'POST callback/password',
  'POST callback/qr',
])

/**
 * next-auth wants a token from a cookie of its own in each POST. The check of origin protects these calls already, so
 * the wrapper supplies the token, and a sign-in is one call. A `csrfToken` that an older client sends is ignored.
 */
const CSRF_TOKEN = 'checked-by-origin'

/** The token's cookie, as next-auth makes it: the token, and its hash with next-auth's secret. */
const csrfCookie = (): string =>
  `${CSRF_TOKEN}|${createHash('sha256')
    .update(CSRF_TOKEN + keyFor('next-auth'))
    .digest('hex')}`

/** The cookie outlives every session; how long a stay is, the row says. */
const COOKIE_SECONDS = 30 * 86_400

/** One call on its way through next-auth, and what our callbacks noted. */
interface Passage {
  caller: CallerOf
  cookies: Cookies
  now: Date
  fault?: unknown
  signedIn?: SignedIn
}

/** Handles `/api/auth/*`: the paths of the table, everything else is 404. */
export const nextAuthHandler = routeHandler<{ nextauth: string[] }>(async (request, caller, { nextauth }) => {
  if (!PATHS.has(`${request.method} ${nextauth.join('/')}`)) throw new AppError('not_found')
  requireSameOrigin(request, caller.origin)
  await take('auth', caller.bucket)
  const body = request.method === 'POST' ? await readBody(request) : {}
  const passage = { caller, cookies: new Cookies(request.headers.get('cookie')), now: clock() }
  if (nextauth[0] === 'signout') await endSession(passage)
  const answer = await pass(request.method, nextauth, body as Record<string, unknown>, passage)
  return nextauth[0] === 'signout' ? withoutSession(answer) : answer
})

/** Takes the session's cookie away, whether next-auth thought of it or not. */
function withoutSession(answer: Answer): Answer {
  const others = answer.cookies.filter((cookie) => !cookie.startsWith(`${cookieName('session')}=`))
  return { ...answer, cookies: [...others, setCookie('session', '', 0)] }
}

/** The row first: a cookie that is deleted while its session lives on would be no sign-out. */
async function endSession({ cookies, caller, now }: Passage): Promise<void> {
  const session = await findSession(cookies.get('session'), cookies.get('device'), now, caller.address)
  if (session) await signOut(session, now, caller.address)
}

/** Signing in again replaces the cookie: the session that it held would live on where nobody can reach it. */
async function leaveReplaced({ cookies, caller, now }: Passage, signedIn: SignedIn): Promise<void> {
  const replaced = splitToken(cookies.get('session'))?.id
  const made = splitToken(signedIn.token)?.id
  if (!made || !replaced || replaced === made) return
  try {
    const session = await findSession(cookies.get('session'), cookies.get('device'), now, caller.address)
    if (session) await endReplaced(session, made, now, caller.address)
  } catch (error) {
    // The sign-in is done; that it could not tidy up must not undo it.
    if (!isAppError(error, 'unavailable')) throw error
  }
}

async function pass(
  method: string,
  nextauth: string[],
  body: Record<string, unknown>,
  passage: Passage,
): Promise<Answer> {
  const response = new Recorder()
  // No cookie but the session's and no query: nothing of the request steers where next-auth would redirect to.
  const request = {
    method,
    query: { nextauth },
    body: { ...body, json: 'true', csrfToken: CSRF_TOKEN, callbackUrl: undefined },
    cookies: {
      [cookieName('session')]: passage.cookies.get('session'),
      [cookieName('csrf')]: csrfCookie(),
    },
    headers: {},
  }
  await NextAuth(request as never, response as never, options(passage))
  if (passage.fault) throw passage.fault
  if (nextauth[0] === 'callback' && !passage.signedIn) throw new Error('next-auth did not ask who signs in.')
  if (passage.signedIn) await leaveReplaced(passage, passage.signedIn)
  const answer = response.toAnswer()
  if (passage.signedIn?.deviceToken)
    answer.cookies.push(setCookie('device', passage.signedIn.deviceToken, DEVICE_SECONDS))
  return answer
}

function options(passage: Passage): AuthOptions {
  const { cookies, caller, now } = passage
  /** Notes what our code throws, whatever next-auth makes of it. */
  const noting = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      passage.fault = error
      throw error
    }
  }
  const signIn = async (work: Promise<SignedIn>) => {
    const signedIn = (passage.signedIn = await noting(work))
    return { id: signedIn.userId, token: signedIn.token }
  }
  return {
    secret: keyFor('next-auth'),
    useSecureCookies: false,
    session: { strategy: 'jwt', maxAge: COOKIE_SECONDS },
    cookies: {
      sessionToken: { name: cookieName('session'), options: cookieOptions() },
      csrfToken: { name: cookieName('csrf'), options: cookieOptions() },
      callbackUrl: { name: cookieName('callback'), options: cookieOptions() },
    },
    providers: [
      CredentialsProvider({
        id: 'password',
        name: 'Password',
        credentials: {},
        authorize: (fields) => signIn(password(fields, passage)),
      }),
      CredentialsProvider({
        id: 'qr',
        name: 'QR code',
        credentials: {},
        authorize: (fields) => signIn(qr(fields, passage)),
      }),
    ],
    jwt: {
      decode: async ({ token }) => {
        const session = await noting(findSession(token, cookies.get('device'), now, caller.address))
        return session && { raw: token, ...session.user, expires: session.expiresAt.toISOString() }
      },
      // Runs at every read of the session too, and then only hands the token back.
      encode: async ({ token }) => String(token?.raw),
    },
    callbacks: {
      jwt: ({ token, user }) =>
        user ? { ...token, raw: (user as unknown as { token: string }).token } : token,
      session: ({ token }) => ({
        user: { name: token.name, email: token.email },
        expires: String(token.expires),
      }),
      redirect: ({ baseUrl }) => baseUrl,
    },
    // What matters is noted above and answered by us.
    logger: { error() {}, warn() {}, debug() {} },
  }
}

async function password(fields: unknown, { cookies, caller, now }: Passage): Promise<SignedIn> {
  return signInWithPassword(
    { ...check(PasswordBody, fields), deviceCookie: cookies.get('device'), ...caller },
    now,
  )
}

async function qr(fields: unknown, { cookies, caller, now }: Passage): Promise<SignedIn> {
  const { id, code } = check(ConsumeBody, fields)
  return consume(id, cookies.desktopSecret(id), cookies.get('device'), caller, now, code)
}

/** The part of a Node response that next-auth's handler uses. Of its cookies only the session's leaves the server. */
class Recorder {
  readonly #headers: Record<string, string> = { 'Cache-Control': 'private, no-store' }
  #cookies: string[] = []
  #status = 200
  #body: string | null = null

  status(code: number): this {
    this.#status = code
    return this
  }
  getHeader(name: string): string[] {
    return name.toLowerCase() === 'set-cookie' ? this.#cookies : []
  }
  setHeader(name: string, value: string | string[]): this {
    if (/^set-cookie$/i.test(name)) this.#cookies = [value].flat()
    else if (!/^(cache-control|pragma|expires)$/i.test(name)) this.#headers[name] = String(value)
    return this
  }
  json(value: unknown): void {
    this.#headers['Content-Type'] = 'application/json'
    this.#body = JSON.stringify(value)
  }
  send(value: unknown): void {
    if (typeof value === 'string') this.#body = value
    else this.json(value)
  }
  end(): void {}

  toAnswer(): Answer {
    const ours = this.#cookies.filter((cookie) => cookie.startsWith(`${cookieName('session')}=`))
    return { status: this.#status, headers: this.#headers, cookies: ours, body: this.#body }
  }
}
