import { settings } from '@/lib/env'
import { waitForMove } from '@/lib/events/wait'
import { clock } from '@/lib/clock'
import { answer } from '@/lib/http/answer'
import type { Cookies } from '@/lib/http/cookies'
import { handler } from '@/lib/http/handler'
import { endAsDesktop, readAsDesktop } from '@/lib/login/desktop'
import { isFinal } from '@/lib/login/state'
import { desktopView } from '@/lib/login/view'
import { IdParams, ReadQuery, WithdrawBody, type LoginView } from '@/lib/wire'

/** The desktop reads its request; the long poll answers when there is something new. */
export const GET = handler({
  limit: 'read',
  session: false,
  params: IdParams,
  query: ReadQuery,
  async run({ request, params: { id }, query: { wait, since }, caller, cookies, now }) {
    const view = await readView(id, cookies, now)
    const { revision, expiresIn, codeExpiresIn = expiresIn } = view
    if (wait === 0 || revision !== since || isFinal(view.status)) return answer(200, view)
    await waitForMove(id, since, Math.min(wait, codeExpiresIn, expiresIn), caller.bucket, request.signal)
    return answer(200, await readView(id, cookies, clock()))
  },
})

async function readView(id: string, cookies: Cookies, now: Date): Promise<LoginView> {
  const row = await readAsDesktop(id, cookies.desktopSecret(id))
  return desktopView(row, cookies.get('device'), settings().appUrl, now)
}

/** The desktop ends its request: it leaves, or says that the one who scanned is somebody else. */
export const DELETE = handler({
  limit: 'write',
  session: false,
  params: IdParams,
  body: WithdrawBody,
  async run({ params: { id }, body, caller, cookies, now }) {
    const reason = await endAsDesktop(id, cookies.desktopSecret(id), body.reason, caller, now)
    return answer(200, { status: 'rejected', reason })
  },
})
