/** Mail, where there is a mail server. Loaded only there: what it takes is not small. */
import { clock } from '../lib/clock'
import type { Settings } from '../lib/env'
import type { Notice } from '../lib/generated/prisma/client'
import { log } from '../lib/log'
import { factsOf } from '../lib/notify/facts'
import { linkToken } from '../lib/notify/links'
import { Mailer, type Letter } from '../lib/notify/mailer'
import { Outbox } from '../lib/notify/outbox'
import { needsLink, writeLetter } from './letters/letter'

type Site = Pick<Settings, 'appUrl' | 'appName'>

/**
 * Begins to send what notices ask for.
 * @returns ends it, once what is on its way has arrived
 */
export function startMail({
  smtpUrl,
  mailFrom,
  ...site
}: Settings & { smtpUrl: string }): () => Promise<void> {
  const mailer = new Mailer(smtpUrl, mailFrom)
  const outbox = new Outbox({
    async send(notice, signal) {
      const letter = await letterOf(notice, clock(), site)
      if (letter) await mailer.send(letter, signal)
      return letter !== null
    },
  })
  mailer.verify().catch(({ message }: Error) => {
    log().warn({ event: 'mail_server', cause: message }, 'the mail server can not be used: mail has to wait')
  })
  return () => outbox.stop()
}

/** Null where there is nothing to tell any more: the account is gone, or the link was used, replaced or is over. */
export async function letterOf(notice: Notice, now: Date, site: Site): Promise<Letter | null> {
  const token = linkToken(notice, now)
  if (notice.mailTo === null || (token === null && needsLink(notice.type))) return null
  const facts = await factsOf(notice.id)
  return facts && writeLetter(notice, facts, notice.mailTo, token ?? '', site)
}
