import { confirmEmail } from '@/lib/email'
import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { localeOf } from '@/lib/http/locale'
import { findSession } from '@/lib/sessions/current'
import { LinkBody } from '@/lib/wire'

/** Confirms an address by the link that was sent to it, in a browser that is signed in to the account. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LinkBody,
  async run({ request, body, caller, cookies, now }) {
    const { address } = caller
    const session = await findSession(cookies.get('session'), cookies.get('device'), now, address)
    await confirmEmail({ ...body, session, locale: localeOf(request, cookies) }, now, address)
    return noContent()
  },
})
