/**
 * The HTTP server under the front door. What Node would answer by itself is answered here, with the headers of every
 * answer.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError } from '../lib/errors'
import { securityHeaders } from './headers'
import { isRefused, refuseBare } from './refusal'

type Door = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** As Node itself would answer: what is not listed is 400. */
const STATUS_OF: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Makes a server whose requests a front door will answer, once `answerThrough` has been called. */
export function newServer(appUrl: string, options: ServerOptions = {}): Server {
  const server = createServer({
    ...options,
    // The front door counts them.
    requireHostHeader: false,
    // Whatever NODE_OPTIONS says.
    insecureHTTPParser: false,
  })
  const headers = securityHeaders(appUrl)(null)
  const underWay = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (request, response) => underWay.set(request.socket, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answered = underWay.get(socket)
    // A second head must not end up in a body.
    const isAnswering = answered?.headersSent === true && !answered.writableFinished
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) return void socket.destroy()
    if (isRefused(socket)) return void socket.end()
    const httpStatus = STATUS_OF[error.code ?? ''] ?? 400
    refuseBare(socket, headers, new AppError('invalid_input', { httpStatus }))
  })
  server.on('connect', (_, socket) => {
    socket.on('error', () => {})
    refuseBare(socket, headers, new AppError('invalid_input', { httpStatus: 405 }))
  })
  return server
}

/** Lets a door answer. */
export function answerThrough(server: Server, door: Door): void {
  server.on('request', door)
  // What Node can't expect either, the door refuses.
  server.on('checkExpectation', door)
}
