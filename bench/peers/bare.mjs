// What Node itself takes: a constant, and event streams with nothing behind them.
import { createServer } from 'node:http'

const SILENCE_MS = 15_000
const CONSTANT = JSON.stringify({
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  status: 'new',
  revision: 1,
  expiresIn: 300,
  qr: 'http://localhost:40000/scan/AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAA',
  codeExpiresIn: 30,
})

const streams = new Map()

const server = createServer((request, response) => {
  const [, kind, name] = request.url.split('/')
  if (kind === 'stream') return hold(name, request, response)
  if (kind === 'event') return tell(name, response)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': CONSTANT.length })
  response.end(CONSTANT)
})

function hold(name, request, response) {
  // As our own server does.
  request.rawHeaders = []
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(':\n\n')
  const timer = setInterval(() => response.write(':\n\n'), SILENCE_MS)
  streams.set(name, response)
  response.on('close', () => {
    clearInterval(timer)
    streams.delete(name)
  })
}

function tell(name, response) {
  const stream = streams.get(name)
  stream?.write(`event: status\ndata: {"status":"confirmed"}\n\n`)
  response.writeHead(stream ? 204 : 404).end()
}

server.listen(Number(process.env.PORT))
