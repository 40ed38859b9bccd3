import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { dismissNotice } from '@/lib/notify/inbox'
import { IdParams } from '@/lib/wire'

/** "It was me". */
export const DELETE = handler({
  limit: 'write',
  session: 'strong',
  params: IdParams,
  async run({ params: { id }, session, now }) {
    await dismissNotice(session, id, now)
    return noContent()
  },
})
