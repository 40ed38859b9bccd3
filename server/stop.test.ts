/** How a server stops, over real sockets. */
import { Agent, createServer, request as send, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hold } from '../lib/limits/held'
import { log } from '../lib/log'
import { stop } from './stop'

const HELD = Symbol.for('qr-login.held')
const nothing = async () => {}

// A server that closes does so for good: each test has one of its own.
beforeEach(() => void delete (globalThis as { [HELD]?: unknown })[HELD])

/** From here on its timers run when the test says so. */
const holdTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
afterEach(() => void vi.useRealTimers())

/** A server that answers `/slow` when it is told to, and everything else at once. */
async function serving() {
  let answerSlow = () => {}
  let arrived = () => {}
  const slowArrived = new Promise<void>((resolve) => (arrived = resolve))
  const server = createServer((request, response) => {
    if (request.url !== '/slow') return response.end('quick')
    answerSlow = () => response.end('slow')
    arrived()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, port, slowArrived, answerSlow: () => answerSlow() }
}

const agent = new Agent({ keepAlive: true })

function ask(port: number, path: string): Promise<{ text: string; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    const sent = send({ port, path, host: '127.0.0.1', agent }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('error', reject)
      response.on('end', () => resolve({ text, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

const atHome = { isBehindProxy: false, end: nothing, close: nothing }

test('what is under way is finished, and only then what it needs is closed', async () => {
  const { server, port, slowArrived, answerSlow } = await serving()
  const order: string[] = []
  server.on('request', (_, response) => response.on('finish', () => order.push('answered')))
  const slow = ask(port, '/slow')
  await slowArrived
  const stopping = stop(server, { ...atHome, close: async () => void order.push('closed') })
  await expect.poll(() => server.listening).toBe(false)
  answerSlow()
  await stopping
  expect((await slow).text).toBe('slow')
  expect(order).toEqual(['answered', 'closed'])
})

test('idle connections don’t keep it', async () => {
  const { server, port } = await serving()
  // They would never end by themselves, and time does not pass.
  server.keepAliveTimeout = 0
  await ask(port, '/')
  holdTimers()
  await stop(server, atHome)
})

test('who waits is sent away', async () => {
  const { server } = await serving()
  const ended = vi.fn()
  hold('192.0.2.1', ended, 'events')
  await stop(server, atHome)
  expect(ended).toHaveBeenCalledOnce()
})

test('behind a proxy callers are answered until it has noticed, each on its last connection', async () => {
  const { server, port } = await serving()
  const ended = vi.fn()
  hold('192.0.2.1', ended, 'events')
  holdTimers()
  const stopping = stop(server, { ...atHome, isBehindProxy: true })
  const { text, headers } = await ask(port, '/')
  expect([text, headers.connection]).toEqual(['quick', 'close'])
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2_000)
  await stopping
  expect(ended).toHaveBeenCalledOnce()
  await expect(ask(port, '/')).rejects.toThrow()
})

test('what hangs is not waited for', async () => {
  const warned = vi.spyOn(log(), 'warn')
  const { server, port, slowArrived } = await serving()
  const slow = expect(ask(port, '/slow')).rejects.toThrow('socket hang up')
  await slowArrived
  holdTimers()
  const stopping = stop(server, { ...atHome, isBehindProxy: true, close: () => new Promise(() => {}) })
  await vi.advanceTimersByTimeAsync(7_000)
  await slow
  expect(warned).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2_000)
  await stopping
  expect(warned).toHaveBeenCalledWith({ event: 'stopped_late' }, expect.any(String))
})
