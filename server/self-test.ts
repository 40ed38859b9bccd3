/** Before serving: can a caller forge an address? Asked over a real socket, through everything. */
import { createServer, request, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import proxyAddr from 'proxy-addr'
import type { Settings } from '../lib/env'
import { sealedHeaders, selfTestHeader } from '../lib/http/caller'

const LOOPBACK = '127.0.0.1'
const FORGED = '203.0.113.66'

const PRIVATE_HEADERS = Object.keys(sealedHeaders({ address: '', bucket: '', origin: '', requestId: '' }))
const FORWARDING_HEADERS = { 'x-forwarded-for': FORGED, 'x-real-ip': FORGED, forwarded: `for=${FORGED}` }

/**
 * Asks a handler whom it sees, once plainly, once with our private headers forged, once with forwarding headers.
 * @throws Error where a forgery worked, or no handler answered
 */
export async function selfTest(listener: RequestListener, settings: Settings): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve))
  const { port } = server.address() as AddressInfo
  const host = new URL(settings.appUrl).host
  const loopbackMayForward = proxyAddr.compile(settings.trustedProxies)(LOOPBACK, 0)
  try {
    await expectAddress(port, { host }, LOOPBACK)
    await expectAddress(port, { host, ...forgedPrivateHeaders() }, LOOPBACK)
    if (!loopbackMayForward) await expectAddress(port, { host, ...FORWARDING_HEADERS }, null)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const forgedPrivateHeaders = () => Object.fromEntries(PRIVATE_HEADERS.map((name) => [name, FORGED]))

async function expectAddress(port: number, headers: Record<string, string>, expected: string | null) {
  const { status, body } = await ask(port, { ...headers, ...selfTestHeader() })
  if (status !== 200) throw new Error(`the self-test was answered with ${status}`)
  const { address } = JSON.parse(body) as { address: string | null }
  if (address !== expected)
    throw new Error(`a handler takes a caller at ${LOOPBACK} for ${address ?? 'undetermined'}`)
}

function ask(port: number, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: LOOPBACK, path: '/api/self-test', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}
