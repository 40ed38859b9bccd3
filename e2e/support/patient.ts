/** People whose pages wait out what passes, with the pages' own rules: what passes, and how long to pause. */
import { setTimeout } from 'node:timers/promises'
import { ApiError, NetworkError, readProblem } from '../../components/api'
import { isUndecided } from '../../components/login/reader'
import { isPassing, pauseAfter } from '../../components/retrying'
import { wasApproved } from '../../components/scan/undo'
import type { LoginView, Opened, Scanned } from '../../lib/wire'
import { SAFARI_ON_IPHONE } from './browsers'
import { approval, Client, type Site } from './client'
import { newPerson } from './people'

/** Longer than any fault here lasts: what still does not pass is lost. */
const PATIENCE_MS = 90_000

/** What came of one code that was shown. */
export interface Attempt {
  id: string
  /** The phone was told that its approval counts. */
  approved: boolean
  /** The session that the desktop holds. */
  sessionId?: string
  /** What a page was told instead; it then shows a new code. */
  refusal?: string
  /** What became of the request; `gone` where nobody keeps it any more. */
  state?: string
}

export class Patient {
  /** Answers that no fault excuses: what broke on our side, and an absent database without a time to come back. */
  readonly wrong: string[] = []
  /** Calls that failed and were made again. */
  waitedOut = 0

  constructor(
    readonly site: Site,
    /** How long they think about each step, at most. */
    readonly thinkMs = 0,
  ) {}

  /** Signs up on a phone. */
  async phone(): Promise<Client> {
    const phone = new Client(this.site, SAFARI_ON_IPHONE)
    const person = newPerson()
    await this.#patiently(() => this.#ask(phone, 'POST', '/api/users', person))
    const { email, password } = person
    await this.#patiently(() => this.#authenticate(phone, 'password', { email, password }))
    return phone
  }

  /** Looks whether a phone is signed in as ever. */
  async look(phone: Client): Promise<void> {
    await this.#patiently(() => this.#ask(phone, 'GET', '/api/sessions')).catch((error: unknown) =>
      this.wrong.push(`a phone was told ${codeOf(error)}`),
    )
  }

  /** Brings a desktop in, with a new code where one came to nothing. */
  async signIn(phone: Client): Promise<Attempt[]> {
    const attempts: Attempt[] = []
    while (attempts.length < 5 && attempts.at(-1)?.sessionId === undefined)
      attempts.push(await this.#attempt(phone))
    return attempts
  }

  async #attempt(phone: Client): Promise<Attempt> {
    const desktop = new Client(this.site)
    const opened = await this.#patiently(() => this.#ask<Opened>(desktop, 'POST', '/api/login', {}))
    const given = new AbortController()
    const [approved, entered] = await Promise.allSettled([
      this.#approve(phone, opened.qr.split('/scan/')[1]!).finally(() => given.abort()),
      this.#enter(desktop, opened.id, given.signal),
    ])
    // Where the phone was refused, the desktop only hears that nobody approved.
    const refused = [approved, entered].find(({ status }) => status === 'rejected')
    const attempt: Attempt = { id: opened.id, approved: approved.status === 'fulfilled' }
    if (entered.status === 'fulfilled') attempt.sessionId = entered.value
    else attempt.refusal = codeOf((refused as PromiseRejectedResult).reason)
    return attempt
  }

  async #approve(phone: Client, code: string): Promise<void> {
    const scan = () => this.#ask<Scanned>(phone, 'POST', '/api/login/scan', { code })
    const { id, scanToken } = await this.#patiently(scan)
    await this.#patiently(() =>
      this.#ask(phone, 'POST', `/api/login/${id}/confirm`, approval(scanToken)).catch((error: unknown) => {
        if (!wasApproved(error)) throw error
      }),
    )
  }

  /**
   * The desktop waits until it is let in. Once the phone is done (`given`), it looks once more.
   * @returns its session
   */
  async #enter(desktop: Client, id: string, given: AbortSignal): Promise<string> {
    const path = `/api/login/${id}`
    let view = await this.#patiently(() => this.#ask<LoginView>(desktop, 'GET', path))
    while (isUndecided(view.status)) {
      const isLast = given.aborted
      const query = isLast ? '' : `?wait=5&since=${view.revision}`
      view = await this.#patiently(() => this.#ask<LoginView>(desktop, 'GET', path + query))
      if (isLast) break
    }
    await this.#patiently(() => this.#authenticate(desktop, 'qr', { id }))
    await this.#patiently(() => this.#ask(desktop, 'GET', '/api/sessions')).catch((error: unknown) =>
      this.wrong.push(`signed in, and then told ${codeOf(error)}`),
    )
    return desktop.sessionId
  }

  #authenticate(client: Client, provider: string, fields: Record<string, string>): Promise<unknown> {
    return this.#ask(client, 'POST', `/api/auth/callback/${provider}`, fields)
  }

  async #patiently<T>(task: () => Promise<T>): Promise<T> {
    await setTimeout(Math.random() * this.thinkMs)
    const begun = performance.now()
    for (let failures = 0; ; failures++) {
      try {
        return await task()
      } catch (error) {
        if (!isPassing(error) || performance.now() - begun > PATIENCE_MS) throw error
        this.waitedOut++
        await setTimeout(pauseAfter(error, failures))
      }
    }
  }

  /** One call, and what its page makes of the answer. */
  async #ask<T = void>(client: Client, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await client.send(method, path, { body }).catch((cause: unknown) => {
      throw new NetworkError('no answer', { cause })
    })
    const { status, headers, text } = answer
    const isOurs = headers['content-type']?.includes('json')
    if (status === 500 || (status === 503 && isOurs && !headers['retry-after']))
      this.wrong.push(`${method} ${path.replace(/[\w-]{22}/, '…')}: ${status} ${text}`)
    if (status < 400) return answer.body as T
    throw new ApiError(await readProblem(new Response(text, { status, headers: headers as HeadersInit })))
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof NetworkError ? 'no answer' : String(error)
  const { code, reason, requestStatus } = error.problem
  return [code, reason ?? requestStatus].filter(Boolean).join(' ')
}
