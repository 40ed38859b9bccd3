import { exportActivity } from '@/lib/activity'
import { download } from '@/lib/http/download'
import { handler } from '@/lib/http/handler'
import { take } from '@/lib/limits/limits'

/** The whole of it, as a file. */
export const GET = handler({
  limit: 'write',
  session: true,
  async run({ session, now }) {
    await take('export', session.userId)
    return download(`activity-${now.toISOString().slice(0, 10)}.json`, exportActivity(session, now))
  },
})
