/** The way to the mail server (SMTP, RFC 5321): one connection for each letter. */
import { createTransport, type NodemailerError, type SMTPTransportOptions } from 'nodemailer'
import { isLoopback } from '../env'
import { Undeliverable } from './outbox'

export interface Letter {
  /** Without angle brackets; the same whenever the same letter is sent again. */
  id: string
  to: string
  subject: string
  text: string
  html: string
}

const CONNECT_WITHIN_MS = 15_000
const SILENCE_MS = 30_000

export class Mailer {
  readonly #transport: ReturnType<typeof createTransport>
  readonly #from: { name: string; address: string }

  constructor(smtpUrl: string, from: string) {
    this.#transport = createTransport(transportOptions(smtpUrl))
    this.#from = parseFrom(from)
  }

  /** @throws Undeliverable where trying again is of no use, and whatever else went wrong */
  async send({ id, to, ...content }: Letter, signal: AbortSignal): Promise<void> {
    try {
      await this.#transport.sendMail({
        ...content,
        from: this.#from,
        // As an object it is taken as it is, and never for a list.
        to: { name: '', address: to },
        messageId: `<${id}>`,
        // RFC 3834 §5: nobody's holiday notice answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        xMailer: false,
        signal,
      })
    } catch (error) {
      throw translate(error as NodemailerError)
    }
  }

  /** Connects and signs in, without sending. */
  async verify(): Promise<void> {
    await this.#transport.verify()
  }
}

/**
 * What SMTP_URL asks for. Over a network, the connection is encrypted and the server's certificate verified, or nothing
 * is sent. On this machine there is nobody in between, and mail servers there commonly have a certificate of their own
 * making.
 */
export function transportOptions(smtpUrl: string): SMTPTransportOptions {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl)
  const secure = protocol === 'smtps:'
  const isHere = isLoopback(hostname)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port && { port: Number(port) }),
    secure,
    requireTLS: !secure && !isHere,
    tls: { rejectUnauthorized: secure || !isHere },
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** `Name <address>` or the address alone. Taken apart here, as a name may hold commas. */
function parseFrom(from: string): { name: string; address: string } {
  const match = /^(.*)<([^<>]+)>\s*$/.exec(from)
  const name = match?.[1] ?? ''
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: (match?.[2] ?? from).trim() }
}

/** A permanent refusal (RFC 5321 §4.2.1) of the recipient or the letter; one of the sender is a setting to be mended. */
function translate(error: NodemailerError): Error {
  const isAboutLetter = error.command === 'RCPT TO' || error.command === 'DATA'
  return error.permanent && isAboutLetter ? new Undeliverable(error.message, { cause: error }) : error
}
