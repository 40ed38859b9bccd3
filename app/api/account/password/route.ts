import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { changePassword } from '@/lib/users'
import { ChangePasswordBody } from '@/lib/wire'

/** Changes the password; all other sessions end. */
export const POST = handler({
  limit: 'write',
  session: true,
  body: ChangePasswordBody,
  run: async ({ body, session, caller, now }) =>
    answer(200, { ended: await changePassword(session, body, now, caller.address) }),
})
