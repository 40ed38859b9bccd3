import { settings } from '@/lib/env'
import { answer } from '@/lib/http/answer'
import { dropDesktopSecret, setDesktopSecret } from '@/lib/http/cookies'
import { handler } from '@/lib/http/handler'
import { openRequest } from '@/lib/login/desktop'
import { openedView } from '@/lib/login/view'
import { OpenBody } from '@/lib/wire'

/** A desktop opens a login request. */
export const POST = handler({
  limit: 'open',
  session: false,
  body: OpenBody,
  async run({ caller, cookies, now }) {
    const opened = await openRequest(caller, cookies.desktopSecrets(), now, cookies.get('device'))
    const view = openedView(opened.request, opened.userCode, settings().appUrl, now)
    return answer(201, view, [
      setDesktopSecret(opened.request.id, opened.secret),
      ...opened.over.map(dropDesktopSecret),
    ])
  },
})
