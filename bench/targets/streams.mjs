// What holds event streams: each tells how to ask for them, and how one of them is brought an event.
import { BROWSER, Client, expectJson } from '../support/client.mjs'
import { CONNECTIONS, poolFor } from '../support/load.mjs'
import { PROBE } from '../support/probe.mjs'
import { seedPending } from '../support/seed.mjs'
import { databaseOf, opened, scanned, signedInPhones, startApp } from './app.mjs'
import { startBare } from './bare.mjs'
import { alone } from './engines.mjs'

/** The text of a request for a stream. */
function request(server, where, headers = {}) {
  const all = { host: `localhost:${server.port}`, ...BROWSER, accept: 'text/event-stream', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${where} HTTP/1.1\r\n${lines.join('')}\r\n`
}

const indexes = (count) => Array.from({ length: count }, (_, index) => index)

const bareStream = {
  name: 'comments, node:http',
  start: () => startBare(PROBE),
  hold: (server, count) => ({
    requests: indexes(count).map((index) => request(server, `/stream/${index}`)),
    event: async (pool) => {
      const client = new Client(pool, server)
      return {
        prepare: async (index) => index,
        cause: async (index) => expectJson(await client.post(`/event/${index}`), 204, 'event'),
      }
    },
  }),
}

const nextComments = {
  name: 'comments, Next behind our front door',
  start: () => startApp({ lane: false, nodeArgs: PROBE }),
  hold: (server, count) => ({
    requests: indexes(count).map(() => request(server, '/api/bench/comments')),
  }),
}

export const laneEvents = {
  name: 'QR Login, fast lane',
  start: () => startApp({ lane: true, nodeArgs: PROBE }),
  hold: holdSeeded,
}

const nextEvents = {
  name: 'QR Login, through Next',
  start: () => startApp({ lane: false, nodeArgs: PROBE }),
  hold: holdSeeded,
}

const onEngines = alone.map(({ name, missing, start }) => ({
  name,
  missing,
  start: () => start({ nodeArgs: PROBE }),
  hold: holdOpened,
}))

export const streams = [bareStream, laneEvents, ...onEngines, nextComments, nextEvents]

function holdSeeded(server, count) {
  return holdDesktops(server, seedPending(databaseOf(server), count))
}

/** Opened as desktops do: where requests are kept is the engine's own affair. */
async function holdOpened(server, count) {
  const desktops = []
  const pool = poolFor(server)
  const work = async () => {
    while (desktops.length < count) {
      const place = desktops.push(undefined) - 1
      const desktop = new Client(pool, server)
      const { id } = await opened(desktop)
      desktops[place] = { id, secret: desktop.cookies.get(`qrl-login-${id}`) }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  await pool.close()
  return holdDesktops(server, desktops)
}

function holdDesktops(server, desktops) {
  const cookie = ({ id, secret }) => `qrl-login-${id}=${secret}`
  return {
    requests: desktops.map((desktop) =>
      request(server, `/api/login/${desktop.id}/events`, { cookie: cookie(desktop) }),
    ),
    usesDatabase: true,
    async event(pool) {
      const [phone] = await signedInPhones(pool, server, 1)
      return {
        /** The phone scans; what is left is the press that confirms. */
        async prepare(index) {
          const { id, secret } = desktops[index]
          const desktop = new Client(pool, server)
          desktop.cookies.set(`qrl-login-${id}`, secret)
          const { qr } = expectJson(await desktop.get(`/api/login/${id}`), 200, 'read')
          return { id, approval: await scanned(phone, qr.split('/scan/')[1]) }
        },
        cause: async ({ id, approval }) =>
          expectJson(await phone.post(`/api/login/${id}/confirm`, approval), 200, 'confirm'),
      }
    },
  }
}
