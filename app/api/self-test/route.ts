import { AppError } from '@/lib/errors'
import { answer } from '@/lib/http/answer'
import { isSelfTest } from '@/lib/http/caller'
import { handler } from '@/lib/http/handler'

/** Tells the front door, and nobody else, which address a handler believes to be its caller's. */
export const GET = handler({
  limit: 'write',
  session: false,
  async run({ request, caller }) {
    if (!isSelfTest(request.headers)) throw new AppError('not_found')
    return answer(200, { address: caller.address })
  },
})
