import { settings } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { localeOf } from '@/lib/http/locale'
import { take } from '@/lib/limits/limits'
import { signUp } from '@/lib/sign-up'
import { SignUpBody } from '@/lib/wire'

/** Creates an account, where sign-up is open. The answer is the same where the address has one that was never confirmed. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: SignUpBody,
  async run({ request, body, caller, cookies, now }) {
    if (settings().signUp === 'closed') throw new AppError('not_found', { detail: 'Sign-up is closed.' })
    await take('sign_up', caller.bucket)
    await signUp({ ...body, locale: localeOf(request, cookies) }, now, caller.address)
    return answer(201, { email: body.email })
  },
})
