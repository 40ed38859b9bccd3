import { confirmEmail } from '@/lib/email'
import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { LinkBody } from '@/lib/wire'

/** Confirms an address by the link that was sent to it. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LinkBody,
  async run({ body, caller, now }) {
    await confirmEmail(body.token, now, caller.address)
    return noContent()
  },
})
