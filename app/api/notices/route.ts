import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { listNotices } from '@/lib/notify/inbox'

/** What this session is to be told. */
export const GET = handler({
  limit: 'write',
  session: true,
  run: async ({ session, now }) => answer(200, { notices: await listNotices(session, now) }),
})
