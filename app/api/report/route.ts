import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { reportByLink } from '@/lib/sessions/report'
import { LinkBody } from '@/lib/wire'

/** "This wasn't me", by the link in a mail. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LinkBody,
  run: async ({ body, caller, now }) => answer(200, { ended: await reportByLink(body.token, caller, now) }),
})
