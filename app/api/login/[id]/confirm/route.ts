import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { confirm } from '@/lib/login/confirm'
import { secondsUntil } from '@/lib/login/view'
import { ConfirmBody, IdParams } from '@/lib/wire'

/** The phone approves. */
export const POST = handler({
  limit: 'write',
  session: 'strong',
  params: IdParams,
  body: ConfirmBody,
  async run({ params: { id }, body, caller, session, now }) {
    const { request, code } = await confirm(id, body, session, caller, now)
    return answer(200, { status: 'confirmed', expiresIn: secondsUntil(request.expiresAt, now), code })
  },
})
