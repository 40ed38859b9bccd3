import { isEmailConfirmed } from '@/lib/email'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { changeName } from '@/lib/users'
import { ProfileBody } from '@/lib/wire'

/** Changes the name. */
export const PATCH = handler({
  limit: 'write',
  session: 'strong',
  body: ProfileBody,
  async run({ body, session, caller, now }) {
    await changeName(session, body.name, now, caller.address)
    const emailConfirmed = await isEmailConfirmed(session.userId)
    return answer(200, { name: body.name, email: session.user.email, emailConfirmed })
  },
})
