import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { endSessionOf } from './undo'

const calls: string[] = []

/** Answers each list in turn, the last one for ever. */
function serve(...lists: string[][]): void {
  vi.stubGlobal('fetch', async (path: string, { method }: { method: string }) => {
    calls.push(`${method} ${path}`)
    const ids = (lists.length > 1 ? lists.shift() : lists[0]) ?? []
    if (method === 'DELETE') return Response.json({ ended: 1 })
    return Response.json({ sessions: ids.map((id) => ({ id: `session-of-${id}`, requestId: id })) })
  })
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  calls.length = 0
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a session that comes late is waited for, and ended', async () => {
  serve([], ['other'], ['mine'])
  const ended = endSessionOf('mine', Date.now() + 60_000)
  await vi.advanceTimersByTimeAsync(10_000)
  await ended
  expect(calls.filter((call) => call.startsWith('GET'))).toHaveLength(3)
  expect(calls.at(-1)).toBe('DELETE /api/sessions/session-of-mine')
})

test('nothing is said before the approval can no longer be used', async () => {
  serve([])
  let over = false
  const ended = endSessionOf('mine', Date.now() + 60_000).then(() => (over = true))
  await vi.advanceTimersByTimeAsync(59_000)
  expect(over).toBe(false)
  await vi.advanceTimersByTimeAsync(4000)
  await ended
  expect(calls).not.toContain('DELETE /api/sessions/session-of-mine')
})

test('nor where the desktop has longer, for a code to type', async () => {
  serve([])
  let over = false
  const ended = endSessionOf('mine', Date.now() + 90_000).then(() => (over = true))
  await vi.advanceTimersByTimeAsync(89_000)
  expect(over).toBe(false)
  await vi.advanceTimersByTimeAsync(4000)
  await ended
})

test('what can’t be used any more is looked for once', async () => {
  serve([])
  await endSessionOf('mine', 0)
  expect(calls).toEqual(['GET /api/sessions'])
})
