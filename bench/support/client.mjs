// One browser as far as a server sees it: a cookie jar and the headers that browsers send.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

export const BROWSER = {
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br',
  'user-agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
}

export class Client {
  #pool
  #server
  cookies = new Map()

  /** @param pool undici's, to the server */
  constructor(pool, server) {
    this.#pool = pool
    this.#server = server
  }

  get(path, headers = {}) {
    return this.#send('GET', path, { headers })
  }

  /**
   * Reads an event stream until it ends.
   * @returns `brought(text)`, which waits until the stream has brought it, and `ended`
   */
  follow(path) {
    const waits = []
    let all = ''
    const look = (isOver) => {
      for (const { text, resolve, reject } of waits) {
        if (all.includes(text)) resolve()
        else if (isOver) reject(new Error(`a stream ended without ${text}: ${all.slice(0, 300)}`))
      }
    }
    const read = async () => {
      const headers = { ...BROWSER, ...this.#names, accept: 'text/event-stream', cookie: this.cookieHeader }
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers })
      if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}`)
      for await (const chunk of body) {
        all += chunk
        look(false)
      }
    }
    const ended = read().finally(() => look(true))
    const brought = (text) =>
      new Promise((resolve, reject) => {
        waits.push({ text, resolve, reject })
        look(false)
      })
    return { brought, ended }
  }

  get #names() {
    return { host: `localhost:${this.#server.port}` }
  }

  post(path, body = {}) {
    return this.#send('POST', path, { body: JSON.stringify(body), type: 'application/json' })
  }

  postForm(path, fields) {
    const type = 'application/x-www-form-urlencoded'
    return this.#send('POST', path, { body: new URLSearchParams(fields).toString(), type })
  }

  async #send(method, path, { body, type, headers: also }) {
    const headers = { ...BROWSER, ...this.#names, ...also }
    if (this.cookies.size > 0) headers.cookie = this.cookieHeader
    if (body !== undefined) headers['content-type'] = type
    // Forms are oidc-provider's, which takes an Origin for a script's.
    if (type === 'application/json') headers.origin = this.#server.url
    const answer = await this.#pool.request({ method, path, headers, body })
    this.#keep(answer.headers['set-cookie'])
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    return { status: answer.statusCode, text: decoded(bytes, answer.headers['content-encoding']) }
  }

  get cookieHeader() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(lines = []) {
    for (const line of [lines].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value === '' || /max-age=0\b|expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

const DECODERS = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }

/** The text of a body, by its content encoding. */
export const decoded = (bytes, encoding) => (encoding ? DECODERS[encoding](bytes) : bytes).toString()

/** The parsed body of an answer that must have this status. */
export function expectJson({ status, text }, wanted, what) {
  if (status !== wanted) throw new Error(`${what} was answered with ${status}: ${text.slice(0, 300)}`)
  return text === '' ? undefined : JSON.parse(text)
}
