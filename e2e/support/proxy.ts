/** Proxies between browsers and servers, as they are met in life. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Proxy } from './server'

type Hand = (answer: http.IncomingMessage, response: http.ServerResponse) => void

/** A proxy that gathers a stream of events until it is over, as some in companies and on phones do. */
export function bufferingProxy(port: number): Promise<Proxy> {
  const hand: Hand = (answer, response) => {
    if (answer.headers['content-type']?.startsWith('text/event-stream')) gather(answer, response)
    else answer.pipe(response)
  }
  return listen(http.createServer((request, response) => forward(request, response, port, hand)))
}

/** How long a server that took no connection is left out. */
const AWAY_MS = 1_000

/** A proxy that hands each call to any of several servers, and answers 502 where that one broke off. */
export async function balancingProxy(ports: () => readonly number[]): Promise<Proxy> {
  const away = new Set<number>()
  const pick = (): number => {
    const present = ports().filter((port) => !away.has(port))
    const choice = present.length > 0 ? present : ports()
    return choice[Math.floor(Math.random() * choice.length)]!
  }
  const proxy = http.createServer((request, response) => {
    const port = pick()
    forward(request, response, port).on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'ECONNREFUSED' || away.has(port)) return
      away.add(port)
      setTimeout(() => away.delete(port), AWAY_MS).unref()
    })
  })
  return listen(proxy)
}

function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  port: number,
  hand: Hand = (answer) => answer.pipe(response),
): http.ClientRequest {
  const { method, url: path } = request
  const headers = { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress }
  const onward = http.request({ port, host: 'localhost', method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
    answer.on('error', () => response.destroy())
    hand(answer, response)
  })
  onward.on('error', () => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502, { 'content-type': 'text/plain' }).end('Bad gateway')
  })
  response.on('close', () => onward.destroy())
  request.pipe(onward)
  return onward
}

async function listen(proxy: http.Server): Promise<Proxy> {
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
}
