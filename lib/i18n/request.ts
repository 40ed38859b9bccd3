/** next-intl's hook: the language and messages of one request. */
import { headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { Cookies } from '../http/cookies'
import { pickLocale } from './locale'
import en from './en.json'
import zh from './zh.json'

const MESSAGES = { en, zh }

export default getRequestConfig(async () => {
  const sent = await headers()
  const locale = pickLocale(new Cookies(sent.get('cookie')).get('locale'), sent.get('accept-language'))
  return { locale, messages: MESSAGES[locale], timeZone: 'UTC' }
})
