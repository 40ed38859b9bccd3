import { claimAddress } from '@/lib/claim'
import { noContent } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { localeOf } from '@/lib/http/locale'
import { ClaimBody } from '@/lib/wire'

/** Takes an address over from an account that was never confirmed, by the link that was sent to it. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: ClaimBody,
  async run({ request, body, caller, cookies, now }) {
    await claimAddress({ ...body, locale: localeOf(request, cookies) }, now, caller.address)
    return noContent()
  },
})
