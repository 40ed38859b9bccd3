import { listActivity } from '@/lib/activity'
import { answer } from '@/lib/http/answer'
import { checkQuery } from '@/lib/http/body'
import { handler } from '@/lib/http/handler'
import { ActivityQuery } from '@/lib/wire'

/** What happened in the account, newest first. */
export const GET = handler({
  limit: 'write',
  session: true,
  run: async ({ request, session, now }) =>
    answer(200, await listActivity(session, checkQuery(ActivityQuery, request.url), now)),
})
