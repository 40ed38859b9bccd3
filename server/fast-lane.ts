/**
 * A shorter way to the login API: the handlers that `app/api` exports, called before Next's router. There is no second
 * implementation; what is not in the table goes to Next. See docs/decisions/fast-lane.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as nextAuth from '../app/api/auth/[...nextauth]/route'
import * as login from '../app/api/login/route'
import * as request from '../app/api/login/[id]/route'
import * as confirm from '../app/api/login/[id]/confirm/route'
import * as events from '../app/api/login/[id]/events/route'
import * as reject from '../app/api/login/[id]/reject/route'
import * as scan from '../app/api/login/scan/route'
import * as ticket from '../app/api/login/ticket/route'
import * as selfTest from '../app/api/self-test/route'
import type { Sink } from '../lib/events/stream'
import type { Answer } from '../lib/http/answer'
import type { Arrival } from '../lib/http/caller'
import { MAX_UNREAD_BYTES, type StartStream } from '../lib/http/event-stream'
import type { ApiRequest } from '../lib/http/request'
import { log } from '../lib/log'

type Params = Record<string, string | string[]>
type Handler = (request: ApiRequest, context: { params: never; arrival: Arrival }) => Promise<Answer>
type Route = Partial<Record<string, Handler>>

/** As Next matches them: a fixed name before a parameter. */
const ROUTES: [path: RegExp, route: Route][] = [
  [/^\/api\/login$/, login],
  [/^\/api\/login\/scan$/, scan],
  [/^\/api\/login\/ticket$/, ticket],
  [/^\/api\/login\/(?<id>[\w-]+)$/, request],
  [/^\/api\/login\/(?<id>[\w-]+)\/events$/, events],
  [/^\/api\/login\/(?<id>[\w-]+)\/confirm$/, confirm],
  [/^\/api\/login\/(?<id>[\w-]+)\/reject$/, reject],
  [/^\/api\/self-test$/, selfTest],
  [/^\/api\/auth\/(?<nextauth>[\w-]+(?:\/[\w-]+)*)$/, nextAuth],
]

/** What the lane answers; null where the request is Next's. */
export function fastLane(method: string, path: string): Lane | null {
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(path)
    if (!match) continue
    const handler = route[method]
    return handler ? { handler, params: paramsOf(match.groups ?? {}) } : null
  }
  return null
}

interface Lane {
  handler: Handler
  params: Params
}

const paramsOf = ({ nextauth, ...params }: Record<string, string>): Params =>
  nextauth === undefined ? params : { nextauth: nextauth.split('/') }

/** Answers a request by a handler. `security` are the headers of every answer. */
export async function answerBy(
  { handler, params }: Lane,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  arrival: Arrival,
  security: Record<string, string>,
): Promise<void> {
  try {
    const request = new LaneRequest(incoming, outgoing, arrival.origin)
    send(await handler(request, { params: params as never, arrival }), incoming, outgoing, security)
  } catch (err) {
    // Handlers answer for whatever they throw; this went wrong in between.
    log().error({ requestId: arrival.requestId, err }, 'request failed')
    outgoing.destroy()
  }
}

function send(
  { status, headers, cookies, body }: Answer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  security: Record<string, string>,
): void {
  if (outgoing.destroyed) return
  const all: Record<string, string | string[] | number> = { ...security, ...headers }
  if (cookies.length > 0) all['Set-Cookie'] = cookies
  if (typeof body === 'string') all['Content-Length'] = Buffer.byteLength(body)
  outgoing.writeHead(status, all)
  if (typeof body === 'function') hold(body, incoming, outgoing)
  else outgoing.end(body)
}

/** What handlers read of a Request, without the price of making a whole one. */
class LaneRequest implements ApiRequest {
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #origin: string
  #signal: AbortSignal | undefined

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, origin: string) {
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#origin = origin
  }

  get method(): string {
    return this.#incoming.method ?? ''
  }

  get url(): string {
    return this.#origin + this.#incoming.url
  }

  /** It is its own headers. */
  get headers(): this {
    return this
  }

  get(name: string): string | null {
    const value = this.#incoming.headers[name]
    return typeof value === 'string' ? value : null
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#incoming
  }

  get signal(): AbortSignal {
    if (this.#signal) return this.#signal
    const leaving = new AbortController()
    if (this.#outgoing.destroyed) leaving.abort()
    else this.#outgoing.once('close', () => leaving.abort())
    return (this.#signal = leaving.signal)
  }
}

function hold(start: StartStream, incoming: IncomingMessage, outgoing: ServerResponse): void {
  // Nobody reads them any more, and they would be kept as long as the connection.
  incoming.headers = {}
  incoming.rawHeaders = []
  // On its own the head is kept as one string; together with the first event it would stay in its many pieces.
  outgoing.socket?.cork()
  outgoing.flushHeaders()
  const stream = start(new ResponseSink(outgoing))
  outgoing.socket?.uncork()
  outgoing.once('close', () => stream.close())
}

class ResponseSink implements Sink {
  readonly #outgoing: ServerResponse

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
  }

  write(text: string): boolean {
    return this.#outgoing.write(text) || this.#outgoing.writableLength < MAX_UNREAD_BYTES
  }

  end(): void {
    if (this.#outgoing.writableLength < MAX_UNREAD_BYTES) this.#outgoing.end()
    else this.#outgoing.destroy()
  }
}
