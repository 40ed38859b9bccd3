/** The letter of a notice, in its person's language. Its words are the pages' own (`lib/i18n`). */
import { createTranslator } from 'next-intl'
import { addressText } from '../../components/address'
import { deviceName } from '../../components/device-name'
import { placeText } from '../../components/place'
import type { Settings } from '../../lib/env'
import type { Notice } from '../../lib/generated/prisma/client'
import en from '../../lib/i18n/en.json'
import { pickLocale, type Locale } from '../../lib/i18n/locale'
import zh from '../../lib/i18n/zh.json'
import type { Facts, SignInFacts } from '../../lib/notify/facts'
import type { NoticeType } from '../../lib/notify/notice'
import type { Letter } from '../../lib/notify/mailer'
import type { DeviceView } from '../../lib/wire'
import { renderHtml, renderText, type Content } from './render'

const MESSAGES = { en, zh }

/** Behind a # what a link carries reaches no server but in the body of the person's own call. */
const PAGES: Record<NoticeType, (token: string) => string> = {
  session_created: (token) => `/not-me#${token}`,
  confirm_email: (token) => `/confirm-email#${token}`,
  reset_password: (token) => `/reset-password#${token}`,
  password_changed: () => '/forgot-password',
}

/** True where a letter is nothing without its link. */
export const needsLink = (type: string): boolean => type !== 'password_changed'

/** Writes the letter of a notice; `token` is its link's. */
export function writeLetter(
  notice: Pick<Notice, 'id' | 'type' | 'createdAt'>,
  facts: Facts,
  to: string,
  token: string,
  { appUrl, appName }: Pick<Settings, 'appUrl' | 'appName'>,
): Letter {
  const locale = pickLocale(facts.locale, null)
  const type = notice.type as NoticeType
  const words = wordsIn(locale)
  const { t } = words
  const app = appName
  const device = facts.signIn ? deviceText(facts.signIn.device, words) : ''
  const content: Content = {
    subject: t(`${type}.subject`, { app, device }),
    title: t(`${type}.title`),
    lead: t(`${type}.lead`, { app }),
    facts: listFacts(notice.createdAt, facts, locale, words),
    action: { label: t(`${type}.action`), href: appUrl + PAGES[type](token) },
    after: t(`${type}.after`),
    footer: t('footer', { app, address: appUrl }),
  }
  return {
    id: `${notice.id}@${new URL(appUrl).hostname}`,
    to,
    subject: content.subject,
    text: renderText(content, t('colon')),
    html: renderHtml(content, locale),
  }
}

function wordsIn(locale: Locale) {
  const messages = MESSAGES[locale]
  return {
    t: createTranslator({ locale, messages, namespace: 'mail' }),
    tDevice: createTranslator({ locale, messages, namespace: 'device' }),
  }
}

type Words = ReturnType<typeof wordsIn>

function listFacts(at: Date, { email, signIn }: Facts, locale: Locale, words: Words): Content['facts'] {
  const { t } = words
  const fact = (name: FactName, value: string) => ({ name: t(`facts.${name}`), value })
  const account = fact('account', email)
  const time = fact('time', t('utc', { when: timeText(at, locale) }))
  if (!signIn) return [account, time]
  const { device, method, approvedBy } = signIn
  return [
    account,
    fact('device', deviceText(device, words)),
    ...placeFacts(signIn, locale, words).map(([name, value]) => fact(name, value)),
    time,
    fact('method', t(`methods.${method}`)),
    ...(approvedBy ? [fact('approvedBy', deviceText(approvedBy, words))] : []),
  ]
}

type FactName = keyof typeof en.mail.facts

/** By what it is, as well as by what its owner calls it: whoever is in the account may have renamed it. */
function deviceText({ name, ...known }: DeviceView, { t, tDevice }: Words): string {
  const device = deviceName(known, tDevice)
  return name ? t('named', { name, device }) : device
}

function placeFacts({ place, address }: SignInFacts, locale: Locale, { t, tDevice }: Words) {
  const about = placeText(place, locale)
  const facts: [FactName, string][] = []
  if (about) facts.push(['place', t('about', { place: about })])
  if (address) facts.push(['address', addressText(address, tDevice)])
  return facts.length > 0 ? facts : [['place', t('unknown')] as [FactName, string]]
}

function timeText(at: Date, locale: Locale): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat(locale, format).format(at)
}
