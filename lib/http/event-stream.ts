/** Event streams on their way out: their headers, and how they become the body of a Response. */
import type { LoginStream, Sink } from '../events/stream'

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'private, no-store, no-cache, no-transform',
  // nginx would hold events back.
  'X-Accel-Buffering': 'no',
}

/** What a reader may leave unread before it counts as behind. */
export const MAX_UNREAD_BYTES = 64 * 1024

export type StartStream = (sink: Sink) => LoginStream

/** A body that starts the stream when it is first read. */
export function streamBody(start: StartStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let stream: LoginStream | undefined
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        stream ??= start({
          write(text) {
            controller.enqueue(encoder.encode(text))
            return (controller.desiredSize ?? 0) > -MAX_UNREAD_BYTES
          },
          end: () => controller.close(),
        })
      },
      cancel: () => stream?.close(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
}
