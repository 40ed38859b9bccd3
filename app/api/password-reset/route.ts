import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { localeOf } from '@/lib/http/locale'
import { requireMail } from '@/lib/http/mail'
import { take } from '@/lib/limits/limits'
import { sendResetLink } from '@/lib/password-reset'
import { ForgottenBody } from '@/lib/wire'

/** Sends a link that sets a new password, where the address has an account; the answer is the same where it has none. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: ForgottenBody,
  async run({ request, body, caller, cookies, now }) {
    requireMail()
    await take('forgotten_address', caller.bucket)
    await sendResetLink({ ...body, locale: localeOf(request, cookies) }, now, caller.address)
    return noContent()
  },
})
