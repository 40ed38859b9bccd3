/**
 * A browser without a page: a cookie jar, and every header in the hands of the test, which is what an attacker has.
 * Sends like our own pages unless it is told otherwise.
 */
import http from 'node:http'
import https from 'node:https'
import { CHROME_ON_WINDOWS, SAFARI_ON_IPHONE } from './browsers'
import { newPerson, type Person } from './people'
import type { Server } from './server'

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
  /** The parsed JSON, where it is JSON. */
  body: Body
}

// What an answer holds is the test's business.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Body = any

/** Where servers are met. */
export type Site = Pick<Server, 'url' | 'port'>

interface Sending {
  body?: unknown
  /** Replaces the defaults; undefined leaves a header out. */
  headers?: Record<string, string | undefined>
}

export class Client {
  readonly cookies = new Map<string, string>()

  constructor(
    readonly server: Site,
    readonly userAgent: string = CHROME_ON_WINDOWS,
    /** One of this machine's addresses. */
    readonly address?: string,
  ) {}

  get(path: string, headers: Sending['headers'] = {}): Promise<Answer> {
    return this.send('GET', path, { headers })
  }

  post(path: string, body: unknown = {}, headers: Sending['headers'] = {}): Promise<Answer> {
    return this.send('POST', path, { body, headers })
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, { body })
  }

  send(method: string, path: string, { body, headers = {} }: Sending = {}): Promise<Answer> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const all = {
      'user-agent': this.userAgent,
      origin: method === 'GET' ? undefined : this.server.url,
      cookie: this.#cookieHeader(),
      'content-type': text === undefined ? undefined : 'application/json',
      'content-length': text === undefined ? undefined : String(Buffer.byteLength(text)),
      ...headers,
    }
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
    const { protocol, hostname: host, port } = new URL(this.server.url)
    const wire = protocol === 'https:' ? https : http
    return new Promise((resolve, reject) => {
      const options = { host, port, method, path, agent: false, localAddress: this.address }
      const request = wire.request(
        { ...options, headers: present as http.OutgoingHttpHeaders, rejectUnauthorized: false },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => resolve(this.#received(response, Buffer.concat(chunks).toString())))
        },
      )
      request.on('error', reject)
      request.end(text)
    })
  }

  #cookieHeader(): string | undefined {
    if (this.cookies.size === 0) return undefined
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #received(response: http.IncomingMessage, text: string): Answer {
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const json = /json/.test(response.headers['content-type'] ?? '') && text !== ''
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      body: json ? (JSON.parse(text) as Body) : undefined,
    }
  }

  /** One of next-auth's calls. */
  authenticate(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post(`/api/auth/${path}`, fields)
  }

  signIn({ email, password }: Person): Promise<Answer> {
    return this.authenticate('callback/password', { email, password })
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.get('/api/sessions')).status === 200
  }

  /** The id of the session that this browser's cookie names. */
  get sessionId(): string {
    return this.cookies.get('qrl-session')?.split('.')[0] ?? ''
  }
}

/** A desktop that has opened a login request. */
export async function openingDesktop(server: Site) {
  const desktop = new Client(server)
  const { body } = await desktop.post('/api/login')
  const opened = body as { id: string; qr: string; userCode: string }
  return { desktop, ...opened, code: opened.qr.split('/scan/')[1] ?? '' }
}

/** A phone that is signed in with a new account. */
export async function signedInPhone(server: Site): Promise<{ phone: Client; person: Person }> {
  const phone = new Client(server, SAFARI_ON_IPHONE)
  const person = newPerson()
  await phone.post('/api/users', person)
  await phone.signIn(person)
  return { phone, person }
}

/** A request that a phone has scanned. */
export async function scannedRequest(server: Site) {
  const opening = await openingDesktop(server)
  const { phone, person } = await signedInPhone(server)
  const { body } = await phone.post('/api/login/scan', { code: opening.code })
  return { ...opening, phone, person, scanToken: (body as { scanToken: string }).scanToken }
}

/** What a phone sends to approve. */
export const approval = (scanToken: string) => ({ scanToken, stay: '30d', kind: 'derived' })
