import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MAIL_PASSWORD, MailServer } from '../testing/mail-server'
import { Mailer, transportOptions, type Letter } from './mailer'
import { Undeliverable } from './outbox'

const LETTER: Letter = {
  id: 'AAAA@login.example',
  to: 'ada@example.org',
  subject: '新的登录 <b>\r\nBcc: eve@example.org',
  text: 'Hello ä 你好\n',
  html: '<p>Hello</p>',
}

let server: MailServer

beforeEach(async () => {
  server = await MailServer.start()
})
afterEach(() => server.stop())

const mailerTo = (url: string, from = 'QR Login <no-reply@login.example>') => new Mailer(url, from)

const send = (mailer: Mailer, letter = LETTER) => mailer.send(letter, AbortSignal.timeout(5000))

describe('a letter', () => {
  test('arrives signed in and encrypted, with the headers that it needs', async () => {
    const mailer = mailerTo(server.localUrl)
    await mailer.verify()
    await send(mailer)
    const [letter] = server.received
    expect(letter).toMatchObject({ to: ['ada@example.org'], from: 'no-reply@login.example', encrypted: true })
    expect(letter!.text.trim()).toBe('Hello ä 你好')
    expect(letter!.html.trim()).toBe('<p>Hello</p>')
    expect(letter!.headers.get('message-id')).toBe('<AAAA@login.example>')
    expect(letter!.headers.get('auto-submitted')).toBe('auto-generated')
    expect(letter!.headers.get('from')).toBe('QR Login <no-reply@login.example>')
    expect(letter!.headers.get('x-mailer')).toBeUndefined()
  })

  test('takes no headers from what it tells of', async () => {
    await send(mailerTo(server.localUrl))
    const [{ headers, to }] = server.received as [MailServer['received'][0]]
    expect(headers.get('subject')).toBe('新的登录 <b> Bcc: eve@example.org')
    expect(headers.has('bcc')).toBe(false)
    expect(to).toEqual(['ada@example.org'])
  })

  test.each([
    ['Foo, Inc. <mail@example.org>', '"Foo, Inc." <mail@example.org>', 'mail@example.org'],
    ['"Foo, Inc." <mail@example.org>', '"Foo, Inc." <mail@example.org>', 'mail@example.org'],
    ['mail@example.org', 'mail@example.org', 'mail@example.org'],
    ['登录 <mail@example.org>', '登录 <mail@example.org>', 'mail@example.org'],
  ])('comes from %s', async (from, header, address) => {
    await send(mailerTo(server.localUrl, from))
    expect(server.received[0]).toMatchObject({ from: address })
    expect(server.received[0]!.headers.get('from')).toBe(header)
  })

  test('goes out in the clear to this machine, where no encryption is offered', async () => {
    const plain = await MailServer.start({ certificate: 'none' })
    await send(mailerTo(plain.localUrl))
    expect(plain.received).toHaveLength(1)
    await plain.stop()
  })
})

describe('over a network nothing is sent', () => {
  test('to a server that offers no encryption', async () => {
    const plain = await MailServer.start({ certificate: 'none' })
    await expect(send(mailerTo(plain.url))).rejects.toThrow(/STARTTLS/)
    expect(plain.received).toEqual([])
    await plain.stop()
  })

  test('to a server whose certificate nobody vouches for', async () => {
    await expect(send(mailerTo(server.url))).rejects.toThrow(/self-signed certificate/)
    expect(server.received).toEqual([])
  })

  test.each([
    ['smtp://mail.example.org', { secure: false, requireTLS: true, tls: { rejectUnauthorized: true } }],
    ['smtps://mail.example.org', { secure: true, tls: { rejectUnauthorized: true } }],
    ['smtps://localhost', { secure: true, tls: { rejectUnauthorized: true } }],
    ['smtp://localhost:25', { port: 25, requireTLS: false, tls: { rejectUnauthorized: false } }],
    ['smtp://[::1]', { host: '::1', requireTLS: false }],
    ['smtp://[2001:db8::1]', { host: '2001:db8::1', requireTLS: true }],
    ['smtp://mail.example.org?tls.rejectUnauthorized=false', { tls: { rejectUnauthorized: true } }],
    ['smtp://me%40x:p%25%3A@mail.example.org', { auth: { user: 'me@x', pass: 'p%:' } }],
  ])('as %s is understood', (url, options) => {
    expect(transportOptions(url)).toMatchObject(options)
  })
})

describe('a refusal', () => {
  test.each([
    { at: 'RCPT', code: 550 },
    { at: 'DATA', code: 554 },
  ] as const)('of $code to $at is for good', async (refusal) => {
    server.refusal = refusal
    await expect(send(mailerTo(server.localUrl))).rejects.toBeInstanceOf(Undeliverable)
  })

  test.each([
    { at: 'RCPT', code: 450 },
    { at: 'DATA', code: 451 },
    { at: 'MAIL', code: 553 },
    { at: 'AUTH', code: 535 },
  ] as const)('of $code to $at is for now', async (refusal) => {
    server.refusal = refusal
    const mailer = mailerTo(server.localUrl)
    const error = await send(mailer).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(Undeliverable)
    expect(String((error as Error).message)).not.toContain(MAIL_PASSWORD)
    server.refusal = undefined
    await send(mailer)
    expect(server.received).toHaveLength(1)
  })

  test('by a server that is gone is for now, and it is found again', async () => {
    const mailer = mailerTo(server.localUrl)
    await send(mailer)
    await server.stop()
    const error = await send(mailer).catch((error: unknown) => error)
    expect(error).not.toBeInstanceOf(Undeliverable)
    expect(error).toBeInstanceOf(Error)
    await server.start()
    await send(mailer)
    expect(server.received).toHaveLength(2)
  })

  test('a server that never answers is left in time', async () => {
    server.beforeAnswer = () => new Promise(() => {})
    const sending = mailerTo(server.localUrl).send(LETTER, AbortSignal.timeout(300))
    await expect(sending).rejects.toMatchObject({ code: 'EABORT' })
  })
})
