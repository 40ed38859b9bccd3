/** The links in mails, made as the server makes them: for tests that are not about the mail. */
import { createHmac, hkdfSync } from 'node:crypto'
import type { Server } from './server'

/** Where the "This wasn't me" of a notice's mail leads. */
export function notMeLink(server: Server, noticeId: string): string {
  const key = Buffer.from(hkdfSync('sha256', server.authSecret, '', 'qr-login link', 32))
  return `/not-me#${noticeId}.${createHmac('sha256', key).update(noticeId).digest('base64url')}`
}
