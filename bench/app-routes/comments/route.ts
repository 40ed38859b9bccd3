export const dynamic = 'force-dynamic'

const SILENCE_MS = 15_000
const COMMENT = new TextEncoder().encode(':\n\n')

/** The least that an event stream through Next can be: comments, and nothing to tell. */
export function GET(): Response {
  let timer: NodeJS.Timeout
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(COMMENT)
      timer = setInterval(() => controller.enqueue(COMMENT), SILENCE_MS)
    },
    cancel: () => clearInterval(timer),
  })
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform' },
  })
}
