/** Answers that a browser saves as a file. */
import type { Answer } from './answer'

/**
 * A JSON file of whatever size, made as fast as it is taken. What goes wrong before its first part is a refusal like
 * any other; later, it breaks the connection off, so that no part passes for the whole.
 */
export async function download(name: string, parts: AsyncGenerator<string>): Promise<Answer> {
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<string>> | undefined = Promise.resolve(await parts.next())
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await (next ?? parts.next())
        next = undefined
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await parts.return(undefined)
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
  return {
    status: 200,
    headers: {
      'Cache-Control': 'private, no-store',
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${name}"`,
    },
    cookies: [],
    body,
  }
}
