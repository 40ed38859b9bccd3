/** A real mail server for tests: it encrypts, wants a password, keeps what it is given, and makes trouble when it is told to. */
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { SMTPServer, type SMTPServerError, type SMTPServerOptions } from 'smtp-server'
import { openLetter, type Opened } from './mime'

/** Its certificate, and the authority that has to be trusted for it. */
export const MAIL_CERTIFICATE = path.join(import.meta.dirname, 'mail-server.pem')
const MAIL_USER = 'app'
export const MAIL_PASSWORD = 'p@ss:word/with%signs'

export interface Received extends Opened {
  from: string
  to: string[]
  encrypted: boolean
}

/** An SMTP answer, and the command that gets it. */
export interface Refusal {
  at: 'AUTH' | 'MAIL' | 'RCPT' | 'DATA'
  code: number
}

interface Options {
  /** None: it offers no encryption and wants no password. Foreign: nobody vouches for it. */
  certificate?: 'ours' | 'foreign' | 'none'
}

export class MailServer {
  readonly received: Received[] = []
  /** How all are refused, while it is set. */
  refusal: Refusal | undefined
  /** Ran with a letter in hand, before it is acknowledged. */
  beforeAnswer: (() => Promise<void>) | undefined
  #server: SMTPServer | undefined
  #port = 0
  readonly #certificate: Options['certificate']

  private constructor(certificate: Options['certificate']) {
    this.#certificate = certificate
  }

  static async start({ certificate = 'ours' }: Options = {}): Promise<MailServer> {
    const server = new MailServer(certificate)
    await server.start()
    return server
  }

  /** Opens it, anew after `stop` on the same port. */
  async start(): Promise<void> {
    this.#server = new SMTPServer(this.#options())
    // Clients may leave in the middle.
    this.#server.on('error', () => {})
    const { server } = this.#server
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '0.0.0.0', resolve))
    this.#port = (server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server?.close(resolve))
  }

  get port(): number {
    return this.#port
  }

  /** Its address as of a foreign machine: 0.0.0.0 leads here, and counts as no loopback address. */
  get url(): string {
    const user = `${MAIL_USER}:${encodeURIComponent(MAIL_PASSWORD)}@`
    return `smtp://${this.#certificate === 'none' ? '' : user}0.0.0.0:${this.#port}`
  }

  /** Its address as of this machine. */
  get localUrl(): string {
    return this.url.replace('0.0.0.0', '127.0.0.1')
  }

  #options(): SMTPServerOptions {
    const pem = fs.readFileSync(MAIL_CERTIFICATE, 'utf8')
    return {
      ...(this.#certificate === 'ours' && { key: pem, cert: pem }),
      ...(this.#certificate === 'none' && { disabledCommands: ['STARTTLS'], authOptional: true }),
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 50,
      onAuth: ({ username, password }, _session, done) => {
        if (this.#refused('AUTH', done)) return
        const isRight = username === MAIL_USER && password === MAIL_PASSWORD
        done(isRight ? null : new Error('wrong password'), isRight ? { user: MAIL_USER } : undefined)
      },
      onMailFrom: (_address, _session, done) => void (this.#refused('MAIL', done) || done()),
      onRcptTo: (_address, _session, done) => void (this.#refused('RCPT', done) || done()),
      onData: (stream, { envelope, secure }, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          if (this.#refused('DATA', done)) return
          this.received.push({
            ...openLetter(Buffer.concat(chunks).toString('utf8')),
            from: envelope.mailFrom ? envelope.mailFrom.address : '',
            to: envelope.rcptTo.map(({ address }) => address),
            encrypted: secure,
          })
          void (this.beforeAnswer?.() ?? Promise.resolve()).then(() => done())
        })
      },
    }
  }

  #refused(at: Refusal['at'], done: (error: Error) => void): boolean {
    if (this.refusal?.at !== at) return false
    const error: SMTPServerError = new Error('not now')
    error.responseCode = this.refusal.code
    done(error)
    return true
  }
}
