/** Which language a page speaks: the cookie that the switcher sets, else what the browser asks for. */
import type en from './en.json'

export const LOCALES = ['en', 'zh'] as const
export type Locale = (typeof LOCALES)[number]

const DEFAULT_LOCALE: Locale = 'en'
export const DIRECTION: Record<Locale, 'ltr' | 'rtl'> = { en: 'ltr', zh: 'ltr' }

export type Messages = typeof en

declare module 'next-intl' {
  interface AppConfig {
    Locale: Locale
    Messages: Messages
  }
}

function isLocale(value: string | undefined): value is Locale {
  return LOCALES.some((locale) => locale === value)
}

/** The languages of an Accept-Language header, most wanted first (RFC 9110 §12.5.4), as primary subtags. */
function wanted(header: string): string[] {
  return header
    .split(',')
    .map((item) => {
      const [tag = '', ...parameters] = item.trim().split(';')
      const weight = parameters.find((parameter) => parameter.trim().startsWith('q='))
      return { tag: tag.toLowerCase(), q: weight ? Number(weight.trim().slice(2)) : 1 }
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q)
    .map(({ tag }) => tag.split('-')[0] ?? '')
}

/** A cookie that names a language we speak wins; then the first such language in `accept`; then English. */
export function pickLocale(cookie: string | undefined, accept: string | null): Locale {
  if (isLocale(cookie)) return cookie
  return wanted(accept ?? '').find(isLocale) ?? DEFAULT_LOCALE
}
