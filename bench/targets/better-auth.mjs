// better-auth's device flow, in Next and on bare Node.
import path from 'node:path'
import { Client, expectJson } from '../support/client.mjs'
import { poolFor } from '../support/load.mjs'
import { BENCH } from '../support/paths.mjs'
import { Server } from '../support/server.mjs'
import { startNextPeer } from './bare.mjs'

const PENDING = 100
const CLIENT = { client_id: 'desktop' }
const GRANT = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }

const startNode = () =>
  Server.start({
    args: () => [path.join(BENCH, 'peers/better-auth-node.mjs')],
    cwd: BENCH,
    path: '/api/auth/ok',
  })

export const betterAuth = (inNext) => ({
  name: inNext ? 'better-auth, in Next' : 'better-auth, node:http',
  process: inNext ? 'next-peer' : 'better-auth-node',
  start: inNext ? startNextPeer : startNode,
  status,
  open,
  round,
})

const openedBy = async (desktop) =>
  expectJson(await desktop.post('/api/auth/device/code', CLIENT), 200, 'device code')

const post = (server, name, body) => ({
  method: 'POST',
  path: `/api/auth/device/${name}`,
  headers: { origin: server.url, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function status(server) {
  const pool = poolFor(server)
  const desktop = new Client(pool, server)
  const requests = []
  for (let i = 0; i < PENDING; i++) {
    const { device_code } = await openedBy(desktop)
    requests.push(post(server, 'token', { ...GRANT, ...CLIENT, device_code }))
  }
  await pool.close()
  return {
    requests,
    check: (code, body) => code === 400 && JSON.parse(body).error === 'authorization_pending',
  }
}

async function open(server) {
  return {
    requests: [post(server, 'code', CLIENT)],
    check: (code, body) => code === 200 && JSON.parse(body).device_code.length > 20,
  }
}

async function signedInPhone(pool, server, number) {
  const phone = new Client(pool, server)
  const email = `phone-${number}-${Date.now()}@example.org`
  const person = { name: 'Ada Lovelace', email, password: 'correct horse battery' }
  expectJson(await phone.post('/api/auth/sign-up/email', person), 200, 'sign-up')
  return phone
}

async function round(server, count) {
  const pool = poolFor(server)
  const workers = []
  for (let i = 0; i < count; i++) workers.push(await signedInPhone(pool, server, i))
  return {
    close: () => pool.close(),
    workers,
    async flow(phone) {
      const desktop = new Client(pool, server)
      const { device_code, user_code } = await openedBy(desktop)
      const seen = await phone.get(`/api/auth/device?user_code=${user_code}`)
      expectJson(seen, 200, 'verify')
      expectJson(await phone.post('/api/auth/device/approve', { userCode: user_code }), 200, 'approve')
      const fields = { ...GRANT, ...CLIENT, device_code }
      const token = expectJson(await desktop.post('/api/auth/device/token', fields), 200, 'token')
      if (!token.access_token) throw new Error('there is no session token')
    },
  }
}
