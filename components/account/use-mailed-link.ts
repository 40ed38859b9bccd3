'use client'
import { useState } from 'react'
import { ApiError, hasCode } from '../api'
import { useFragment } from '../use-fragment'

/** How a link from a mail ended: it did its work, it is good no more, or a part of it is missing. */
export type LinkEnd = 'done' | 'over' | 'incomplete'

function isOver(error: unknown): boolean {
  const isNoLink = error instanceof ApiError && error.problem.fields?.some(({ field }) => field === 'token')
  return hasCode(error, 'not_found') || isNoLink === true
}

/** The link that this page was opened by. Nothing happens to it before `follow`, which a person's press calls. */
export function useMailedLink(call: (token: string, fields: Record<string, string>) => Promise<void>) {
  const token = useFragment()
  const [ended, setEnded] = useState<{ token: string; end: LinkEnd }>()

  async function follow(fields: Record<string, string>): Promise<void> {
    if (!token) return
    try {
      await call(token, fields)
      setEnded({ token, end: 'done' })
    } catch (error) {
      if (!isOver(error)) throw error
      setEnded({ token, end: 'over' })
    }
  }

  // A newer link may be opened in the same tab.
  const end = token === '' ? 'incomplete' : ended?.token === token ? ended.end : null
  return { end, follow }
}
