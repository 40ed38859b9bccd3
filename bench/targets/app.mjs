// QR Login itself, and constants behind the same front door. `FAST_LANE` says who answers the login API.
import { APP } from '../support/paths.mjs'
import { Client, expectJson } from '../support/client.mjs'
import { seedOld } from '../support/seed.mjs'
import { Server } from '../support/server.mjs'
import { poolFor } from '../support/load.mjs'

const PENDING = 100
const PASSWORD = 'correct horse battery'

/** @param rows old requests that are in the database beforehand */
export async function startApp({ lane, rows = 0, nodeArgs = [] }) {
  const server = await Server.start({
    args: () => [...nodeArgs, '--import', 'tsx', 'server/main.ts'],
    cwd: APP,
    env: {
      FAST_LANE: lane ? 'on' : 'off',
      LOG_LEVEL: 'error',
      RATE_LIMIT_SCALE: '1000000',
      MAX_STREAMS: '60000',
      // Approved with one plain tap, as at the peers.
      PROOF_POLICY: 'off',
    },
    path: '/signin',
  })
  if (rows > 0) seedOld(databaseOf(server), rows)
  return server
}

export const databaseOf = (server) => `${server.dataDir}/qr-login.db`

export const qrLogin = (lane) => ({
  name: lane ? 'QR Login, fast lane' : 'QR Login, through Next',
  process: lane ? 'app-lane' : 'app-next',
  start: (options) => startApp({ lane, ...options }),
  status,
  open,
  round,
})

/** A constant through our front door and Next. */
export const staticBehindDoor = {
  name: 'constant, Next behind our front door',
  process: 'app-next',
  start: () => startApp({ lane: false }),
  status: async () => ({ requests: [{ path: '/api/bench/static' }], check: isPending }),
}

function isPending(code, body) {
  return code === 200 && body.startsWith('{') && JSON.parse(body).status === 'new'
}

export async function opened(desktop) {
  const { id, qr } = expectJson(await desktop.post('/api/login'), 201, 'POST /api/login')
  return { id, code: qr.split('/scan/')[1] }
}

async function status(server) {
  const pool = poolFor(server)
  const requests = []
  for (let i = 0; i < PENDING; i++) {
    const desktop = new Client(pool, server)
    const { id } = await opened(desktop)
    requests.push({ path: `/api/login/${id}`, headers: { cookie: desktop.cookieHeader } })
  }
  await pool.close()
  return { requests, check: isPending }
}

async function open(server) {
  const headers = { origin: server.url, 'content-type': 'application/json' }
  return {
    requests: [{ method: 'POST', path: '/api/login', headers, body: '{}' }],
    check: (code, body) => code === 201 && JSON.parse(body).qr.startsWith(server.url),
  }
}

async function signedInPhone(pool, server, number) {
  const phone = new Client(pool, server)
  const email = `phone-${number}-${Date.now()}@example.org`
  expectJson(
    await phone.post('/api/users', { name: 'Ada Lovelace', email, password: PASSWORD }),
    201,
    'sign-up',
  )
  const { csrfToken } = expectJson(await phone.get('/api/auth/csrf'), 200, 'csrf')
  const fields = { email, password: PASSWORD, csrfToken }
  expectJson(await phone.post('/api/auth/callback/password', fields), 200, 'sign-in')
  return phone
}

export async function signedInPhones(pool, server, count) {
  const phones = []
  for (let i = 0; i < count; i++) phones.push(await signedInPhone(pool, server, i))
  return phones
}

/** Scans and returns what confirms. */
export async function scanned(phone, code) {
  const { scanToken } = expectJson(await phone.post('/api/login/scan', { code }), 200, 'scan')
  return { scanToken, stay: '30d', kind: 'independent' }
}

async function round(server, count) {
  const pool = poolFor(server)
  return {
    close: () => pool.close(),
    workers: await signedInPhones(pool, server, count),
    async flow(phone) {
      const desktop = new Client(pool, server)
      const { id, code } = await opened(desktop)
      const approval = await scanned(phone, code)
      expectJson(await phone.post(`/api/login/${id}/confirm`, approval), 200, 'confirm')
      const view = expectJson(await desktop.get(`/api/login/${id}`), 200, 'read')
      if (view.status !== 'confirmed') throw new Error(`the desktop reads ${view.status}`)
      const { csrfToken } = expectJson(await desktop.get('/api/auth/csrf'), 200, 'csrf')
      expectJson(await desktop.post('/api/auth/callback/qr', { id, csrfToken }), 200, 'consume')
      if (!desktop.cookies.has('qrl-session')) throw new Error('the desktop has no session')
    },
  }
}
