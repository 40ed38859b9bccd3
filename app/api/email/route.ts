import { askToConfirmAgain } from '@/lib/email'
import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { requireMail } from '@/lib/http/mail'

/** Sends the mail again that asks for the address to be confirmed. */
export const POST = handler({
  limit: 'write',
  session: 'strong',
  async run({ session, now }) {
    requireMail()
    await askToConfirmAgain(session, now)
    return noContent()
  },
})
