import { settings } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { answer } from '@/lib/http/answer'
import { handler } from '@/lib/http/handler'
import { openApiDocument } from '@/lib/http/openapi'

/** The API's description; `API_DOCS=off` hides it. */
export const GET = handler({
  limit: 'write',
  session: false,
  async run() {
    const { apiDocs, appUrl, appName } = settings()
    if (!apiDocs) throw new AppError('not_found')
    return answer(200, openApiDocument(appUrl, appName))
  },
})
