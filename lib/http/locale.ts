import { pickLocale, type Locale } from '../i18n/locale'
import type { Cookies } from './cookies'
import type { ApiRequest } from './request'

/** The language that a browser's person chose, or wants. */
export const localeOf = (request: Pick<ApiRequest, 'headers'>, cookies: Cookies): Locale =>
  pickLocale(cookies.get('locale'), request.headers.get('accept-language'))
