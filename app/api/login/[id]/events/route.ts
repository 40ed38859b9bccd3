import { settings } from '@/lib/env'
import { LoginStream } from '@/lib/events/stream'
import { eventStream } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { requireRoom } from '@/lib/limits/held'
import { readAsDesktop } from '@/lib/login/desktop'
import { IdParams, Revision } from '@/lib/wire'

/** The desktop is told the state of its request as it changes. */
export const GET = handler({
  limit: 'read',
  session: false,
  params: IdParams,
  async run({ request, params: { id }, caller: { bucket }, cookies }) {
    const row = await readAsDesktop(id, cookies.desktopSecret(id))
    requireRoom(bucket)
    const options = {
      row,
      deviceCookie: cookies.get('device'),
      appUrl: settings().appUrl,
      bucket,
      lastRevision: Revision.safeParse(request.headers.get('last-event-id')).data,
    }
    return eventStream((sink) => new LoginStream(options, sink))
  },
})
