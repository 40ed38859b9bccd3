import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { decline } from '@/lib/login/confirm'
import { RejectBody, IdParams } from '@/lib/wire'

/** The phone declines, or takes its approval back. */
export const POST = handler({
  limit: 'write',
  session: true,
  params: IdParams,
  body: RejectBody,
  async run({ params: { id }, body, caller, session, now }) {
    const reason = await decline(id, body.scanToken, session, caller, now, body.report)
    return answer(200, { status: 'rejected', reason })
  },
})
