// The load, from this process on the other side of the loopback. undici, because it is as quick as anything that could
// be had, gives the bytes as they came, and keeps connections. Every answer is decoded and checked, and a wrong one
// fails the run: nothing here measures errors.
import { Client, Pool } from 'undici'
import { BROWSER, decoded } from './client.mjs'
import { quantile, sorted } from './stats.mjs'

export const CONNECTIONS = 10

/**
 * Repeats requests on ten connections, each one after the other.
 * @param spec `requests` in turn, and `check(status, body)` for each answer
 */
export async function repeat(server, { requests, check }, seconds) {
  const times = []
  const host = `localhost:${server.port}`
  const prepared = requests.map(({ method = 'GET', headers, ...request }) => ({
    ...request,
    method,
    headers: { ...BROWSER, host, ...headers },
  }))
  const ports = portsOf(server)
  const clients = Array.from(
    { length: CONNECTIONS },
    (_, index) => new Client(`http://127.0.0.1:${ports[index % ports.length]}`),
  )
  let next = 0
  const work = async (client) => {
    const end = performance.now() + seconds * 1000
    await new Promise((resolve, reject) => {
      const go = () => {
        const request = prepared[next++ % prepared.length]
        const began = performance.now()
        send(client, request, reject, (status, body) => {
          times.push(performance.now() - began)
          if (!check(status, body))
            reject(new Error(`wrong: ${request.path} ${status} ${body.slice(0, 300)}`))
          else if (performance.now() < end) go()
          else resolve()
        })
      }
      go()
    })
  }
  return observed(server, times, async () => {
    try {
      await Promise.all(clients.map(work))
    } finally {
      await Promise.all(clients.map((client) => client.destroy()))
    }
  })
}

/** undici's lowest level, which spares a promise and a stream for each answer. */
function send(client, request, onError, onAnswer) {
  const chunks = []
  let status
  let encoding
  client.dispatch(request, {
    onRequestStart() {},
    onResponseStart(controller, code, headers) {
      status = code
      encoding = headers['content-encoding']
    },
    onResponseData(controller, chunk) {
      chunks.push(chunk)
    },
    onResponseEnd() {
      onAnswer(status, decoded(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), encoding))
    },
    onResponseError(controller, error) {
      onError(error)
    },
  })
}

/** Runs flows on ten connections, each one after the other; `flow(worker)` throws where an answer is wrong. */
export async function repeatFlow(server, flow, workers, seconds) {
  const times = []
  return observed(server, times, async () => {
    const end = performance.now() + seconds * 1000
    const work = async (worker) => {
      while (performance.now() < end) {
        const began = performance.now()
        await flow(worker)
        times.push(performance.now() - began)
      }
    }
    await Promise.all(workers.map(work))
  })
}

async function observed(server, times, work) {
  const backends = Object.entries(server.backends ?? {})
  const cpu = server.cpuMs()
  const theirs = backends.map(([, backend]) => backend.cpuMs())
  const began = performance.now()
  await work()
  const wall = performance.now() - began
  const used = server.cpuMs() - cpu
  const all = sorted(times)
  return {
    perSecond: (times.length / wall) * 1000,
    p50: quantile(all, 0.5),
    p99: quantile(all, 0.99),
    cpuMs: used / times.length,
    rssMb: server.rssMb(),
    /** How much of one core the server had: near or above 1, the load was not what limited it. */
    busy: used / wall,
    /** What the databases beside it took: postgresCpuMs, redisCpuMs. */
    ...Object.fromEntries(
      backends.map(([name, backend], index) => [
        `${name}CpuMs`,
        (backend.cpuMs() - theirs[index]) / times.length,
      ]),
    ),
  }
}

const portsOf = (server) => server.ports ?? [server.port]

/** Connections for flows to a server; where it is several, each call goes to the next one. */
export function poolFor(server, connections = CONNECTIONS) {
  const pools = portsOf(server).map(
    (port) => new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 }),
  )
  let turn = 0
  return {
    request: (options) => pools[turn++ % pools.length].request(options),
    close: () => Promise.all(pools.map((pool) => pool.close())),
  }
}
