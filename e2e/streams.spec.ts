/** Connections that are held for desktops that wait, seen from outside the server's process. */
import fs from 'node:fs'
import http from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test as base } from './fixtures'
import { Client, openingDesktop, scannedRequest } from './support/client'
import type { Server } from './support/server'

const test = base.extend<{ fastLane: boolean }>({ fastLane: [true, { option: true }] })

const MIB = 1024 * 1024
const STREAMS = 1_000
/** What a server may open for itself meanwhile. */
const OWN_FILES = 10

/** A raw connection, and all that came over it. */
class Line {
  #received = ''
  #look = () => {}
  isOver = false

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString()
      this.#look()
    })
    socket.on('error', () => {})
    socket.on('end', () => this.#ended())
    socket.on('close', () => this.#ended())
  }

  get received(): string {
    return this.#received
  }

  get status(): number {
    return Number(this.#received.split(' ')[1])
  }

  /** Until that has come, or nothing more can. */
  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.isOver || pattern.test(this.#received)) resolve()
      }
      this.#look()
    })
  }

  #ended(): void {
    this.isOver = true
    this.#look()
  }
}

/** Asks as a browser would, and keeps the connection. */
function ask(desktop: Client, path: string, allowHalfOpen = false): Line {
  const { port } = desktop.server
  const cookie = [...desktop.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const socket = connect({ port, host: 'localhost', allowHalfOpen })
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n\r\n`)
  return new Line(socket)
}

const STATUS = /event: status\n.*\n.*\n\n/
const HEAD = /\r\n\r\n/

async function streamOf(desktop: Client, id: string, allowHalfOpen = false): Promise<Line> {
  const line = ask(desktop, `/api/login/${id}/events`, allowHalfOpen)
  await line.until(STATUS)
  expect(line.received).toMatch(/^HTTP\/1\.1 200 /)
  return line
}

/** Asks for a stream, and tells how that was answered. */
async function tryStream(desktop: Client, id: string): Promise<Line> {
  const line = ask(desktop, `/api/login/${id}/events`)
  await line.until(HEAD)
  return line
}

async function openMany(desktop: Client, id: string, count: number): Promise<Line[]> {
  const lines: Line[] = []
  while (lines.length < count) {
    const batch = Array.from({ length: Math.min(100, count - lines.length) }, (_, i) =>
      streamOf(desktop, id, i % 3 === 2),
    )
    lines.push(...(await Promise.all(batch)))
  }
  return lines
}

/** The ways in which a browser, its machine or its network goes away. */
const DROPS: ((socket: Socket) => void)[] = [
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
  // Says that it will send nothing more, and goes on listening.
  (socket) => socket.end(),
]

const openFiles = ({ pid }: Server): number => fs.readdirSync(`/proc/${pid}/fd`).length
const residentBytes = ({ pid }: Server): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

for (const fastLane of [true, false])
  test.describe(fastLane ? 'through the fast lane' : 'through Next', () => {
    test.use({ fastLane })

    test('a thousand abandoned streams leave nothing behind', async ({ startServer, fastLane }) => {
      test.skip(process.platform !== 'linux', 'looks into /proc')
      test.setTimeout(180_000)
      // Each round needs every place that the one before had.
      const server = await startServer({ fastLane, maxStreams: STREAMS, heapMebibytes: 256 })
      const { desktop, id } = await openingDesktop(server)
      const round = async () => {
        const lines = await openMany(desktop, id, STREAMS)
        lines.forEach(({ socket }, i) => DROPS[i % 3]?.(socket))
        await expect.poll(() => openFiles(server), { timeout: 60_000 }).toBeLessThan(before + OWN_FILES)
        for (const { socket } of lines) socket.destroy()
      }
      for (const { socket } of await openMany(desktop, id, 10)) socket.destroy()
      await expect.poll(async () => (await desktop.get(`/api/login/${id}`)).status).toBe(200)
      const before = openFiles(server)
      await round()
      const afterFirst = residentBytes(server)
      await round()
      await round()
      const grown = residentBytes(server) - afterFirst
      test.info().annotations.push({ type: 'grown', description: `${Math.round(grown / MIB)} MiB` })
      // What two thousand streams would make out if each left a page of memory behind, and the collector's leisure.
      expect(grown).toBeLessThan(96 * MIB)
    })

    test('a server that is told to stop sends all who wait away properly', async ({
      startServer,
      fastLane,
    }) => {
      const server = await startServer({ fastLane })
      const { desktop, id } = await openingDesktop(server)
      const streams = await openMany(desktop, id, 20)
      const polls = Array.from({ length: 10 }, () => ask(desktop, `/api/login/${id}?wait=25&since=1`))
      // Asked later and answered: those before wait by now.
      for (let i = 0; i < 3; i++) await desktop.get(`/api/login/${id}`)
      const { pid } = server
      process.kill(pid, 'SIGTERM')
      await Promise.all([...streams, ...polls].map((line) => line.until(/\r\n0\r\n\r\n$|"revision":1,.*}$/)))
      for (const { received } of streams) expect(received).toMatch(/retry: \d{4}\n\n\r\n0\r\n\r\n$/)
      for (const { received } of polls) expect(received).toMatch(/^HTTP\/1\.1 200 [^]*"status":"new"/)
      await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    })

    test('one address has its share of places, and gets back those that it leaves', async ({
      startServer,
      fastLane,
    }) => {
      test.setTimeout(120_000)
      const server = await startServer({ fastLane, limits: true })
      const { desktop, id } = await openingDesktop(server)
      const lines = await openMany(desktop, id, 1_000)
      const refused = await tryStream(desktop, id)
      expect(refused.received).toMatch(/^HTTP\/1\.1 429 [^]*\r\nretry-after: 30\r\n/i)
      const waited = await desktop.get(`/api/login/${id}?wait=25&since=1`)
      expect(waited).toMatchObject({ status: 429, body: { code: 'rate_limited', retryAfter: 30 } })
      expect((await desktop.get(`/api/login/${id}`)).status).toBe(200)
      for (const { socket } of lines.splice(0, 10)) socket.destroy()
      await expect(async () => {
        const again = await tryStream(desktop, id)
        lines.push(again)
        expect(again.status).toBe(200)
      }).toPass({ timeout: 30_000 })
      for (const { socket } of [...lines, refused]) socket.destroy()
    })

    test('the server has so many places in all, also for a crowd that comes at once', async ({
      startServer,
      fastLane,
    }) => {
      const server = await startServer({ fastLane, maxStreams: 20 })
      const { desktop, id } = await openingDesktop(server)
      const crowd = await Promise.all(Array.from({ length: 60 }, () => tryStream(desktop, id)))
      const statuses = crowd.map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(20)
      expect(statuses.filter((status) => status === 503)).toHaveLength(40)
      for (const { status, received } of crowd)
        if (status === 503) expect(received).toMatch(/\r\nretry-after: 30\r\n/i)
      const waited = await desktop.get(`/api/login/${id}?wait=25&since=1`)
      expect(waited).toMatchObject({ status: 503, body: { code: 'busy', retryAfter: 30 } })
      expect((await desktop.get(`/api/login/${id}`)).status).toBe(200)
      for (const { socket } of crowd) socket.destroy()
      await expect(async () => {
        const again = await tryStream(desktop, id)
        again.socket.destroy()
        expect(again.status).toBe(200)
      }).toPass({ timeout: 30_000 })
    })

    test('a connection on which streams are queued is cut off, and leaves no place taken', async ({
      startServer,
      fastLane,
    }) => {
      const server = await startServer({ fastLane, maxStreams: 2 })
      const { desktop, id } = await openingDesktop(server)
      const line = await streamOf(desktop, id)
      const request = `GET /api/login/${id}/events HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`
      line.socket.write(request.repeat(50))
      await line.until(/^never$/)
      expect(line.received.match(/HTTP\/1\.1/g)).toHaveLength(1)
      await expect(async () => {
        const lines = await Promise.all([tryStream(desktop, id), tryStream(desktop, id)])
        for (const { socket } of lines) socket.destroy()
        expect(lines.map(({ status }) => status)).toEqual([200, 200])
      }).toPass({ timeout: 30_000 })
    })

    test('a connection serves on after a stream that ended', async ({ startServer, fastLane }) => {
      const server = await startServer({ fastLane })
      const { desktop, id } = await openingDesktop(server)
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const cookie = [...desktop.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const get = (path: string) =>
        new Promise<{ text: string; port: number | undefined }>((resolve, reject) => {
          const options = { port: server.port, host: 'localhost', path, agent, headers: { cookie } }
          const sent = http.get(options, (response) => {
            const port = response.socket.localPort
            let text = ''
            response.on('data', (chunk: Buffer) => {
              text += chunk.toString()
              if (path.endsWith('/events')) void end()
            })
            response.on('end', () => resolve({ text, port }))
            response.on('error', reject)
          })
          sent.on('error', reject)
        })
      const end = once(() => desktop.delete(`/api/login/${id}`, {}))
      const stream = await get(`/api/login/${id}/events`)
      expect(stream.text).toContain('"status":"rejected"')
      const poll = await get(`/api/login/${id}`)
      expect(poll.text).toContain('"status":"rejected"')
      const again = await get(`/api/login/${id}/events`)
      expect(again.text).toContain('"status":"rejected"')
      agent.destroy()
      expect([poll.port, again.port]).toEqual([stream.port, stream.port])
    })

    test('a stream tells each move as the phone makes it', async ({ startServer, fastLane }) => {
      const server = await startServer({ fastLane, rareSafetyRead: true })
      const { desktop, id, phone, scanToken } = await scannedRequest(server)
      const line = await streamOf(desktop, id)
      expect(line.received).toContain('"status":"scanned"')
      await phone.post(`/api/login/${id}/confirm`, { scanToken, stay: '12h', kind: 'derived' })
      await line.until(/"status":"confirmed"/)
      await desktop.authenticate('callback/qr', { id })
      await line.until(/\r\n0\r\n\r\n$/)
      expect(line.received).toMatch(/"status":"consumed"[^]*\r\n0\r\n\r\n$/)
      line.socket.destroy()
    })
  })

function once(run: () => Promise<unknown>): () => Promise<unknown> {
  let running: Promise<unknown> | undefined
  return () => (running ??= run())
}
