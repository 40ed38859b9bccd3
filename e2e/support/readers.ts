/** How a sign-in page learns what becomes of its request: seen from its requests, and cut off one by one. */
import type { Page } from '@playwright/test'

/** What the page asks for: a stream, a poll that waits, one that doesn't, or its session. */
type Asked = 'events' | 'long-poll' | 'poll' | 'sign-in'

const EVENTS = /\/api\/login\/[\w-]+\/events$/
const LONG_POLL = /\/api\/login\/[\w-]+\?wait=/
const POLL = /\/api\/login\/[\w-]+$/

const isEvents = (url: URL) => EVENTS.test(url.href)
const isLongPoll = (url: URL) => LONG_POLL.test(url.href)

function kindOf(method: string, url: string): Asked | undefined {
  if (EVENTS.test(url)) return 'events'
  if (LONG_POLL.test(url)) return 'long-poll'
  if (method === 'GET' && POLL.test(url)) return 'poll'
  return url.includes('/api/auth/') ? 'sign-in' : undefined
}

/** All that a page asks for from now on. */
export function askedBy(page: Page): Asked[] {
  const asked: Asked[] = []
  page.on('request', (request) => {
    const kind = kindOf(request.method(), request.url())
    if (kind) asked.push(kind)
  })
  return asked
}

export const blockEvents = (page: Page) => page.route(isEvents, (route) => route.abort())
export const blockLongPolls = (page: Page) => page.route(isLongPoll, (route) => route.abort())
export const refuseEvents = (page: Page, status: number, code: string) =>
  page.route(isEvents, (route) =>
    route.fulfill({ status, contentType: 'application/problem+json', json: { code, retryAfter: 30 } }),
  )

/** The next stream that the server lets this page have. */
export const streamOf = (page: Page) =>
  page.waitForResponse((response) => EVENTS.test(response.url()) && response.ok())
export const longPollOf = (page: Page) => page.waitForRequest(LONG_POLL)
/** The end of a stream that the page closes. */
export const endOfStream = (page: Page) =>
  page.waitForEvent('requestfailed', (request) => EVENTS.test(request.url()))
