import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { dismissNotice } from '@/lib/notify/inbox'

/** "It was me". */
export const DELETE = handler({
  limit: 'write',
  session: true,
  async run({ params: { id = '' }, session, now }) {
    await dismissNotice(session, id, now)
    return noContent()
  },
})
