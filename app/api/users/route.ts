import { settings } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { pickLocale } from '@/lib/i18n/locale'
import { take } from '@/lib/limits/limits'
import { createUser } from '@/lib/users'
import { SignUpBody } from '@/lib/wire'

/** Creates an account, where sign-up is open. */
export const POST = handler({
  limit: 'write',
  session: false,
  body: SignUpBody,
  async run({ request, body, caller, cookies, now }) {
    if (settings().signUp === 'closed') throw new AppError('not_found', { detail: 'Sign-up is closed.' })
    await take('sign_up', caller.bucket)
    const locale = pickLocale(cookies.get('locale'), request.headers.get('accept-language'))
    await createUser({ ...body, locale }, now, caller.address)
    return answer(201, { email: body.email })
  },
})
