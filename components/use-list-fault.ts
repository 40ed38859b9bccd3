'use client'
import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { hasCode } from './api'
import { withNext } from './next-param'
import { faultOf } from './retrying'
import { leaveFor } from './sign-in-with'

/** Says that what a page shows is old news; leaves where the session itself is over. */
export function useListFault(error: unknown, page: string): string {
  const t = useTranslations('faults')
  const over = hasCode(error, 'sign_in_required')

  useEffect(() => {
    if (over) void leaveFor(withNext('/login', page))
  }, [over, page])

  return error && !over ? t(faultOf(error).kind) : ''
}
