/** A browser for tests of route handlers: real Requests, sealed as by the front door, and a cookie jar. */
import { sealedHeaders } from '../http/caller'

const ORIGIN = 'http://localhost:3000'

type Handler = (request: Request, context: { params: Promise<never> }) => Promise<Response>

export interface Answer {
  status: number
  headers: Headers
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks wherever it likes
  body: any
}

export class Browser {
  readonly cookies = new Map<string, string>()
  constructor(
    readonly address = '198.51.100.7',
    readonly userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ) {}

  /** Calls a handler. `headers` override what a browser on our own page would send. */
  async call(
    handler: Handler,
    method: string,
    {
      params = {},
      query = '',
      body,
      headers = {},
    }: { params?: object; query?: string; body?: unknown; headers?: Record<string, string | null> } = {},
  ): Promise<Answer> {
    const all = new Headers({
      ...sealedHeaders({ address: this.address, bucket: this.address, origin: ORIGIN, requestId: 'test' }),
      'user-agent': this.userAgent,
      origin: ORIGIN,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    })
    for (const [name, value] of Object.entries(headers))
      if (value === null) all.delete(name)
      else all.set(name, value)
    const request = new Request(`${ORIGIN}/${query}`, {
      method,
      headers: all,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const response = await handler(request, { params: Promise.resolve(params as never) })
    this.#keep(response.headers.getSetCookie())
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) }
  }

  #keep(setCookies: string[]): void {
    for (const line of setCookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      const over = /; Max-Age=0(;|$)/.test(line) || /Expires=Thu, 01 Jan 1970/.test(line)
      if (over) this.cookies.delete(name!)
      else this.cookies.set(name!, decodeURIComponent(value!))
    }
  }
}
