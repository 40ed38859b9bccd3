import { settings } from '@/lib/env'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { endAsDesktop, readAsDesktop } from '@/lib/login/desktop'
import { desktopView } from '@/lib/login/view'
import { WithdrawBody } from '@/lib/wire'

/** The desktop reads its request. */
export const GET = handler({
  limit: 'read',
  session: false,
  async run({ params: { id = '' }, cookies, now }) {
    const request = await readAsDesktop(id, cookies.desktopSecret(id))
    return answer(200, await desktopView(request, cookies.get('device'), settings().appUrl, now))
  },
})

/** The desktop ends its request: it leaves, or says that the one who scanned is somebody else. */
export const DELETE = handler({
  limit: 'write',
  session: false,
  body: WithdrawBody,
  async run({ params: { id = '' }, body, caller, cookies, now }) {
    const reason = await endAsDesktop(id, cookies.desktopSecret(id), body.reason, caller, now)
    return answer(200, { status: 'rejected', reason })
  },
})
