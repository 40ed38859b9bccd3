import { noContent } from '@/lib/http/answer'
import { setCookie } from '@/lib/http/cookies'
import { handler } from '@/lib/http/handler'
import { checkCode } from '@/lib/login/scan'
import { makeTicket } from '@/lib/login/ticket'
import { TicketBody } from '@/lib/wire'

/** A signed-out phone trades a live code for a ticket, so that signing in may outlive the code. */
export const POST = handler({
  limit: 'ticket',
  session: false,
  body: TicketBody,
  async run({ body, now }) {
    const request = await checkCode(body.code, now)
    const seconds = Math.ceil((request.expiresAt.getTime() - now.getTime()) / 1000)
    return noContent([setCookie('ticket', makeTicket(request.id, request.expiresAt), seconds)])
  },
})
