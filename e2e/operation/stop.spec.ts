/** A server that its operator stops: nobody who is under way is left without an answer. */
import http from 'node:http'
import { expect, test } from '../fixtures'
import { approval, Client, openingDesktop, scannedRequest } from '../support/client'
import type { Server } from '../support/server'

const statusOf = async (server: Server, path: string) =>
  (await fetch(`http://localhost:${server.port}${path}`)).status

/** Nobody new gets in. */
const refuses = (server: Server) =>
  statusOf(server, '/api/health/live').then(
    () => false,
    () => true,
  )

/**
 * Sends the head of a call: the server has it in hand from now on.
 * @returns sends the rest, and tells the status of the answer, if one comes
 */
async function beginCall(client: Client, path: string, body: object) {
  const text = JSON.stringify(body)
  const { url, port } = client.server
  const request = http.request({
    ...{ host: 'localhost', port, path, method: 'POST', agent: false },
    headers: {
      host: new URL(url).host,
      origin: url,
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'user-agent': client.userAgent,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      expect: '100-continue',
    },
  })
  const answered = new Promise<number | undefined>((resolve) => {
    request.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode)))
    request.once('error', () => resolve(undefined))
  })
  request.flushHeaders()
  await new Promise((resolve) => request.once('continue', resolve))
  return () => {
    request.end(text)
    return answered
  }
}

test('behind a proxy it is not ready at once, and answers until the proxy has noticed', async ({
  startServer,
}) => {
  const server = await startServer({ behindProxy: true })
  expect(await statusOf(server, '/api/health/ready')).toBe(200)
  const stopped = server.stop()
  await expect.poll(() => statusOf(server, '/api/health/ready'), { intervals: [20] }).toBe(503)
  expect((await new Client(server).post('/api/login')).status).toBe(201)
  expect(await stopped).toBe(0)
})

test('a call that is under way is answered, and what came of it stands', async ({ startServer }) => {
  const server = await startServer({})
  const { desktop, id, phone, scanToken } = await scannedRequest(server)
  const confirm = await beginCall(phone, `/api/login/${id}/confirm`, approval(scanToken))
  let stopped = server.stop()
  await expect.poll(() => refuses(server)).toBe(true)
  expect(await confirm()).toBe(200)
  expect(await stopped).toBe(0)

  await server.start()
  const consume = await beginCall(desktop, '/api/auth/callback/qr', { id })
  stopped = server.stop()
  await expect.poll(() => refuses(server)).toBe(true)
  expect(await consume()).toBe(200)
  expect(await stopped).toBe(0)

  await server.start()
  expect((await desktop.get(`/api/login/${id}`)).body).toMatchObject({ status: 'consumed' })
})

test('who never finishes a call doesn’t keep it for ten seconds', async ({ startServer }) => {
  const server = await startServer({ behindProxy: true })
  const { desktop, id } = await openingDesktop(server)
  const finish = await beginCall(desktop, '/api/login', {})
  expect((await desktop.get(`/api/login/${id}`)).status).toBe(200)
  const from = Date.now()
  expect(await server.stop()).toBe(0)
  expect(Date.now() - from).toBeLessThan(10_000)
  expect(await finish()).toBeUndefined()
})
