// oidc-provider's device flow on bare Node, with its memory adapter or with ours on SQLite.
import path from 'node:path'
import { Client, expectJson } from '../support/client.mjs'
import { poolFor } from '../support/load.mjs'
import { BENCH } from '../support/paths.mjs'
import { Server } from '../support/server.mjs'

const PENDING = 100
const CLIENT = { client_id: 'desktop' }
const GRANT = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export const oidcProvider = (adapter) => ({
  name: `oidc-provider, ${adapter === 'sqlite' ? 'SQLite' : 'memory'}`,
  process: `oidc-${adapter}`,
  start: () =>
    Server.start({
      args: () => [path.join(BENCH, 'peers/oidc-provider.mjs')],
      cwd: BENCH,
      env: { ADAPTER: adapter },
      path: '/.well-known/openid-configuration',
    }),
  status,
  open,
  round,
})

const ASKED = { ...CLIENT, scope: 'openid' }
const openedBy = async (desktop) =>
  expectJson(await desktop.postForm('/device/auth', ASKED), 200, 'device authorization')

const post = (path, fields) => ({
  method: 'POST',
  path,
  headers: FORM,
  body: new URLSearchParams(fields).toString(),
})

async function status(server) {
  const pool = poolFor(server)
  const desktop = new Client(pool, server)
  const requests = []
  for (let i = 0; i < PENDING; i++) {
    const { device_code } = await openedBy(desktop)
    requests.push(post('/token', { ...GRANT, ...CLIENT, device_code }))
  }
  await pool.close()
  return {
    requests,
    check: (code, body) => code === 400 && JSON.parse(body).error === 'authorization_pending',
  }
}

async function open() {
  return {
    requests: [post('/device/auth', ASKED)],
    check: (code, body) => code === 200 && JSON.parse(body).device_code.length > 20,
  }
}

async function signedInPhone(pool, server, number) {
  const phone = new Client(pool, server)
  expectJson(await phone.get(`/bench-sign-in/person-${number}`), 204, 'sign-in')
  return phone
}

/** The page with the form that a phone sends: its token against forgery is all that is needed of it. */
async function xsrfOf(phone, userCode) {
  const { status, text } = await phone.get(`/device?user_code=${userCode}`)
  const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(text) ?? []
  if (status !== 200 || !xsrf) throw new Error(`/device was answered with ${status}: ${text.slice(0, 300)}`)
  return xsrf
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
      const xsrf = await xsrfOf(phone, user_code)
      const approved = await phone.postForm('/device', { xsrf, user_code, confirm: 'yes' })
      if (approved.status !== 200)
        throw new Error(`approve: ${approved.status} ${approved.text.slice(0, 300)}`)
      const fields = { ...GRANT, ...CLIENT, device_code }
      const token = expectJson(await desktop.postForm('/token', fields), 200, 'token')
      if (!token.access_token || !token.id_token) throw new Error('there is no token')
    },
  }
}
