import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { reauthenticate } from '@/lib/users'
import { ReauthenticateBody } from '@/lib/wire'

/** Gives the password again, which makes a QR-made session strong for ten minutes. */
export const POST = handler({
  limit: 'write',
  session: true,
  body: ReauthenticateBody,
  async run({ body, session, caller, now }) {
    await reauthenticate(session, body.password, now, caller.address)
    return noContent()
  },
})
