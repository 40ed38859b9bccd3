import { noContent } from '@/lib/http/answer'
import { setCookie } from '@/lib/http/cookies'
import { handler } from '@/lib/http/handler'
import { LocaleBody } from '@/lib/wire'

const YEAR_SECONDS = 365 * 86_400

/** Remembers the language that somebody chose. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LocaleBody,
  run: async ({ body }) => noContent([setCookie('locale', body.locale, YEAR_SECONDS)]),
})
