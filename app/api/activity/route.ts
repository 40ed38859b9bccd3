import { listActivity } from '@/lib/activity'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { ActivityQuery } from '@/lib/wire'

/** What happened in the account, newest first. */
export const GET = handler({
  limit: 'write',
  session: true,
  query: ActivityQuery,
  run: async ({ query, session, now }) => answer(200, await listActivity(session, query, now)),
})
