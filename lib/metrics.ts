/** What the operator's monitoring reads, in Prometheus' format. Counted always, shown to who has METRICS_TOKEN. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { bus } from './bus'
import { db } from './db'
import { heldByReader } from './limits/held'

const METRICS = Symbol.for('qr-login.metrics')
const shared = globalThis as { [METRICS]?: Metrics }

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function make() {
  const registers = [new Registry()] as [Registry]
  return {
    registry: registers[0],
    requests: new Histogram({
      name: 'qrlogin_http_request_seconds',
      help: 'Requests and how long they took, by route, method and status. Waiting connections apart.',
      labelNames: ['route', 'method', 'status'],
      buckets: SECONDS,
      registers,
    }),
    moves: new Counter({
      name: 'qrlogin_login_moves_total',
      help: 'Moves of login requests, by the state that they led to and the reason.',
      labelNames: ['state', 'reason'],
      registers,
    }),
    scanToSession: new Histogram({
      name: 'qrlogin_scan_to_session_seconds',
      help: 'From a scan to the session that came out of it.',
      buckets: [1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300],
      registers,
    }),
    refusals: new Counter({
      name: 'qrlogin_limit_refusals_total',
      help: 'Calls that a rate limit refused, by limit.',
      labelNames: ['limit'],
      registers,
    }),
    waiting: new Gauge({
      name: 'qrlogin_waiting_desktops',
      help: 'Connections that are held for desktops, by how they wait.',
      labelNames: ['reader'],
      registers,
      collect() {
        for (const [reader, count] of Object.entries(heldByReader())) this.set({ reader }, count)
      },
    }),
    busLag: new Gauge({
      name: 'qrlogin_bus_lag_seconds',
      help: 'How long the last message took by the bus and back, or for how long one has been waited for.',
      registers,
    }),
    busUp: new Gauge({
      name: 'qrlogin_bus_up',
      help: '1 while the bus has its connection.',
      registers,
      collect() {
        this.set(bus().isUp ? 1 : 0)
      },
    }),
    pool: new Gauge({
      name: 'qrlogin_database_connections',
      help: 'Connections of the pool, by what they do, and who waits for one.',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, count] of Object.entries(db().connections())) this.set({ state }, count)
      },
    }),
  }
}

export type Metrics = ReturnType<typeof make>

/** The process's counters (on globalThis: routes and the front door are bundled apart). */
export const metrics = (): Metrics => (shared[METRICS] ??= make())

/** Adds what Node knows of itself: memory, garbage collection, event loop lag. */
export const measureProcess = (): void => collectDefaultMetrics({ register: metrics().registry })
