import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { revokeOthers } from '@/lib/sessions/end'
import { listSessions } from '@/lib/sessions/list'

/** The account's live sessions. */
export const GET = handler({
  limit: 'write',
  session: true,
  run: async ({ session, now }) => answer(200, { sessions: await listSessions(session, now) }),
})

/** Signs out everywhere else. */
export const DELETE = handler({
  limit: 'write',
  session: 'strong',
  run: async ({ session, caller, now }) =>
    answer(200, { ended: await revokeOthers(session, now, caller.address) }),
})
