/** A proxy that gathers a stream of events until it is over, as some in companies and on phones do. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Proxy } from './server'

export async function bufferingProxy(port: number): Promise<Proxy> {
  const proxy = http.createServer((request, response) => {
    const onward = http.request(
      {
        port,
        host: 'localhost',
        method: request.method,
        path: request.url,
        headers: { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
        if (answer.headers['content-type']?.startsWith('text/event-stream')) gather(answer, response)
        else answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, resolve))
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      proxy.closeAllConnections()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}

function gather(answer: http.IncomingMessage, response: http.ServerResponse): void {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  answer.on('end', () => response.end(Buffer.concat(chunks)))
  answer.on('error', () => response.destroy())
}
