import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { take } from '@/lib/limits/limits'
import { scan } from '@/lib/login/scan'
import { scannedView } from '@/lib/login/view'
import { ScanBody } from '@/lib/wire'

/** A signed-in phone claims a request, by its code, its user code, or (a reload, a ticket) its id. */
export const POST = handler({
  limit: 'write',
  session: true,
  body: ScanBody,
  async run({ body, caller, cookies, session, now }) {
    await take('scan', session.userId)
    const { request, scanToken } = await scan(body, session, cookies.get('ticket'), caller, now)
    return answer(200, scannedView(request, scanToken, session, caller, now))
  },
})
