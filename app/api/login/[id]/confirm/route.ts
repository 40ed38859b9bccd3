import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { confirm, CONFIRMED_SECONDS } from '@/lib/login/requests'
import { ConfirmBody } from '@/lib/wire'

/** The phone approves. */
export const POST = handler({
  limit: 'write',
  session: true,
  body: ConfirmBody,
  async run({ params: { id = '' }, body, caller, session, now }) {
    const { scanToken } = await confirm(id, body, session, caller, now)
    return answer(200, { status: 'confirmed', scanToken, expiresIn: CONFIRMED_SECONDS })
  },
})
