/** What the front door refuses, as problem details like those of handlers. The connection ends with it. */
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AppError } from '../lib/errors'
import { problem, type Answer } from '../lib/http/answer'
import type { Headers } from './headers'

const refused = new WeakSet<Duplex>()

/** True for a connection on which something was refused: it ends, and nothing more on it is read. */
export const isRefused = (socket: Duplex): boolean => refused.has(socket)

const closing = (answer: Answer, headers: Headers): Headers => ({
  ...headers,
  ...answer.headers,
  'Content-Length': String(Buffer.byteLength(String(answer.body))),
  Connection: 'close',
})

/** Refuses a request. */
export function refuse(response: ServerResponse, headers: Headers, error: AppError, requestId: string): void {
  refused.add(response.req.socket)
  const answer = problem(error, requestId)
  response.writeHead(answer.status, closing(answer, headers))
  response.end(answer.body)
}

/** Refuses what did not become a request that Node would hand over with a response. */
export function refuseBare(socket: Duplex, headers: Headers, error: AppError): void {
  refused.add(socket)
  const answer = problem(error, '')
  const lines = Object.entries(closing(answer, headers)).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`, ...lines].join('\r\n')
  socket.end(`${head}\r\n\r\n${String(answer.body)}`)
}
