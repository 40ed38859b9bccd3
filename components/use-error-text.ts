'use client'
import { useTranslations } from 'next-intl'
import { ApiError, NetworkError } from './api'

/** Words for anything that a call to our API can throw. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations('errors')
  return (error) => {
    if (error instanceof NetworkError) return t('network')
    if (!(error instanceof ApiError)) return t('internal')
    const { code, retryAfter = 60 } = error.problem
    if (code !== 'rate_limited' && code !== 'too_many_sign_ins') return t(code)
    const minutes = retryAfter < 90 ? 0 : Math.ceil(retryAfter / 60)
    return t(code, { minutes, seconds: retryAfter })
  }
}
