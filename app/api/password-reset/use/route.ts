import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { resetByLink } from '@/lib/password-reset'
import { NewPasswordBody } from '@/lib/wire'

/** Sets a new password by a link from a mail; all sessions end. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: NewPasswordBody,
  async run({ body, caller, now }) {
    await resetByLink(body, now, caller.address)
    return noContent()
  },
})
