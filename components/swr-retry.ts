import type { SWRConfiguration } from 'swr'
import { hasCode } from './api'
import { pauseAfter } from './retrying'

/** The pauses of `retrying`, for what SWR asks; what is gone is not asked for again. */
export const onErrorRetry: SWRConfiguration['onErrorRetry'] = (error, _key, _config, revalidate, options) => {
  if (hasCode(error, 'not_found')) return
  const { retryCount } = options
  setTimeout(() => void revalidate({ retryCount }), pauseAfter(error, retryCount - 1))
}
