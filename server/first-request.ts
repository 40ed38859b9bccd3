/**
 * A person who goes to the sign-in page gets it with its login request already open, so that the code is there with the
 * first paint. What fetches the page ahead of a click, and says so, opens nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { POST as open } from '../app/api/login/route'
import { openedHeader, type Arrival } from '../lib/http/caller'
import { Cookies } from '../lib/http/cookies'
import type { ApiRequest } from '../lib/http/request'
import { parseUserAgent } from '../lib/user-agent'

/**
 * Opens a request for a navigation to the sign-in page, by the handler that its script would call. Where that refuses,
 * the page is shown without, and its script asks for itself.
 */
export async function openWithPage(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  arrival: Arrival,
): Promise<void> {
  if (!isNavigation(incoming) || !isSignedOutDesktop(incoming)) return
  const { status, cookies, body } = await open(new OpeningRequest(incoming, arrival.origin), {
    params: {},
    arrival,
  })
  if (status !== 201 || typeof body !== 'string') return
  outgoing.setHeader('Set-Cookie', cookies)
  Object.assign(incoming.headers, openedHeader(body))
}

/**
 * True for a page that a browser is about to show (Fetch Metadata). Prefetching and prerendering say so in
 * `Sec-Purpose`, frames and scripts have other destinations, and what is no browser sends none of this. From another
 * site it takes a person's click.
 */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  const shown = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  const wanted = headers['sec-fetch-site'] !== 'cross-site' || headers['sec-fetch-user'] === '?1'
  return method === 'GET' && shown && wanted && !headers['sec-purpose'] && !headers.purpose
}

function isSignedOutDesktop({ headers }: IncomingMessage): boolean {
  const signedIn = new Cookies(headers.cookie ?? null).get('session') !== undefined
  return !signedIn && parseUserAgent(headers['user-agent'] ?? null).kind === 'desktop'
}

/** What the page's own script would send. */
class OpeningRequest implements ApiRequest {
  readonly method = 'POST'
  readonly url: string
  readonly body = null
  readonly signal = new AbortController().signal
  readonly #incoming: IncomingMessage
  readonly #origin: string

  constructor(incoming: IncomingMessage, origin: string) {
    this.url = `${origin}/api/login`
    this.#incoming = incoming
    this.#origin = origin
  }

  get headers(): this {
    return this
  }

  get(name: string): string | null {
    if (name === 'origin') return this.#origin
    const value = name === 'sec-fetch-site' ? undefined : this.#incoming.headers[name]
    return typeof value === 'string' ? value : null
  }
}
