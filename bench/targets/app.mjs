// QR Login itself, and constants behind the same front door. `FAST_LANE` says who answers the login API.
import { APP } from '../support/paths.mjs'
import { Client, expectJson } from '../support/client.mjs'
import { seedOld } from '../support/seed.mjs'
import { Server } from '../support/server.mjs'
import { poolFor } from '../support/load.mjs'

const PENDING = 100
const PASSWORD = 'correct horse battery'
/** The phones of a measure: so many that no account gets to its hundredth session, which few people ever do. */
const PHONES = 200

/** `PROOF_POLICY`: approved with one plain tap, as at the peers. */
export const SETTINGS = {
  LOG_LEVEL: 'error',
  RATE_LIMIT_SCALE: '1000000',
  MAX_STREAMS: '60000',
  PROOF_POLICY: 'off',
}

/** @param rows old requests that are in the database beforehand */
export async function startApp({ lane, rows = 0, nodeArgs = [], env = {} }) {
  const server = await Server.start({
    args: () => [...nodeArgs, '--import', 'tsx', 'server/main.ts'],
    cwd: APP,
    env: {
      ...SETTINGS,
      FAST_LANE: lane ? 'on' : 'off',
      ...env,
    },
    // Asked under whatever name: a second server has that of the first.
    path: '/api/health/ready',
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
  round: rounds(signInBy),
  followed: rounds(followedSignInBy),
  pages,
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
  const fields = { email, password: PASSWORD }
  expectJson(await phone.post('/api/auth/callback/password', fields), 200, 'sign-in')
  return phone
}

/** What browsers say when a person goes to a page: the sign-in page then comes with its request open. */
const NAVIGATION = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
}

/** The pages of one sign-in, without their scripts: the desktop's, with its request, and the phone's. */
async function pages(server, count) {
  const pool = poolFor(server)
  const phones = await signedInPhones(pool, server, count)
  const { code } = await opened(new Client(pool, server))
  return {
    close: () => pool.close(),
    workers: phones,
    async flow(phone) {
      const desktop = new Client(pool, server)
      const answers = [await desktop.get('/login', NAVIGATION), await phone.get(`/scan/${code}`, NAVIGATION)]
      const wrong = answers.find(({ status, text }) => status !== 200 || !text.includes('</html>'))
      if (wrong) throw new Error(`a page was answered with ${wrong.status}: ${wrong.text.slice(0, 300)}`)
      if (desktop.cookies.size === 0) throw new Error('the sign-in page came without a request')
    },
  }
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

/** Each worker takes the next phone. */
const rounds = (signInWith) => async (server, count) => {
  // A stream has a connection of its own.
  const pool = poolFor(server, 2 * count)
  const phones = await signedInPhones(pool, server, PHONES)
  const signIn = signInWith(pool, server)
  let turn = 0
  return {
    close: () => pool.close(),
    workers: Array.from({ length: count }, (_, index) => index),
    flow: () => signIn(phones[turn++ % PHONES]),
  }
}

/** A whole sign-in by a phone; the desktop reads once, when it is approved. */
export const signInBy = (pool, server) => async (phone) => {
  const desktop = new Client(pool, server)
  const { id, code } = await opened(desktop)
  await approved(phone, id, code)
  const view = expectJson(await desktop.get(`/api/login/${id}`), 200, 'read')
  if (view.status !== 'confirmed') throw new Error(`the desktop reads ${view.status}`)
  await consumed(desktop, id)
}

/** The same, by a desktop that follows its event stream, as pages do. */
export const followedSignInBy = (pool, server) => async (phone) => {
  const desktop = new Client(pool, server)
  const { id, code } = await opened(desktop)
  const stream = desktop.follow(`/api/login/${id}/events`)
  await stream.brought('"status":"new"')
  await Promise.all([stream.brought('"status":"confirmed"'), approved(phone, id, code)])
  await Promise.all([consumed(desktop, id), stream.ended])
}

async function approved(phone, id, code) {
  const approval = await scanned(phone, code)
  expectJson(await phone.post(`/api/login/${id}/confirm`, approval), 200, 'confirm')
}

async function consumed(desktop, id) {
  expectJson(await desktop.post('/api/auth/callback/qr', { id }), 200, 'consume')
  if (!desktop.cookies.has('qrl-session')) throw new Error('the desktop has no session')
}
