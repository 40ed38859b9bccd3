import { rememberLocale } from '@/lib/email'
import { noContent } from '@/lib/http/answer'
import { setCookie } from '@/lib/http/cookies'
import { handler } from '@/lib/http/handler'
import { LocaleBody } from '@/lib/wire'

const YEAR_SECONDS = 365 * 86_400

/** Remembers the language that somebody chose: in the browser, and for mail where they are signed in. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LocaleBody,
  async run({ body: { locale }, caller, cookies, now }) {
    const held = { session: cookies.get('session'), device: cookies.get('device') }
    await rememberLocale(locale, held, now, caller.address)
    return noContent([setCookie('locale', locale, YEAR_SECONDS)])
  },
})
