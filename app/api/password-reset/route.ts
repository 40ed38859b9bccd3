import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { requireMail } from '@/lib/http/mail'
import { take, tryTake } from '@/lib/limits/limits'
import { sendResetLink } from '@/lib/password-reset'
import { ForgottenBody } from '@/lib/wire'

/** Sends a link that sets a new password, where the address has an account; the answer is the same where it has none. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: ForgottenBody,
  async run({ body, caller, now }) {
    requireMail()
    await take('forgotten_address', caller.bucket)
    // Not refused: whoever asks for somebody else's password must not keep that person from asking.
    if (await tryTake('forgotten_account', body.email)) await sendResetLink(body.email, now, caller.address)
    return noContent()
  },
})
