import { answer, noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { revokeSession } from '@/lib/sessions/end'
import { renameDevice } from '@/lib/sessions/list'
import { IdParams, RenameBody } from '@/lib/wire'

/** Names the device of a session. */
export const PATCH = handler({
  limit: 'write',
  session: 'strong',
  params: IdParams,
  body: RenameBody,
  async run({ params: { id }, body, session, caller, now }) {
    await renameDevice(session, id, body.name, now, caller.address)
    return noContent()
  },
})

/** Ends a session, with the ones that hang on it. */
export const DELETE = handler({
  limit: 'write',
  session: true,
  params: IdParams,
  run: async ({ params: { id }, session, caller, now }) =>
    answer(200, { ended: await revokeSession(session, id, now, caller.address) }),
})
