import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { reportView } from '@/lib/notify/inbox'
import { findReported } from '@/lib/sessions/report'
import { LinkBody } from '@/lib/wire'

/** What such a link is about. It changes nothing, and is no GET so that the link stays out of addresses. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: LinkBody,
  run: async ({ body, now }) => answer(200, await reportView(await findReported(body.token, now), now)),
})
