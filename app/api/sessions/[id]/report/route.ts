import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { reportAsOwner } from '@/lib/sessions/report'
import { IdParams } from '@/lib/wire'

/** "This wasn't me", by the same account. */
export const POST = handler({
  limit: 'write',
  session: 'strong',
  params: IdParams,
  run: async ({ params: { id }, session, caller, now }) =>
    answer(200, { ended: await reportAsOwner(session, id, caller, now) }),
})
