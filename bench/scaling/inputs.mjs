// What the calculation takes for given. Everything else in it was measured.

/** What is asked for. */
export const TARGET = { waiting: 1_000_000, signInsPerSecond: 1_000 }

/** What the program does by itself, by default; a test compares them with it. */
export const PROGRAM = {
  /** A desktop whose request has run out opens the next one. */
  requestSeconds: 300,
  streamsPerServer: 20_000,
  poolPerServer: 10,
  /** Beside the pool: the one that listens to the bus, where PostgreSQL carries it. */
  busConnections: 1,
}

/** Not measured: change them to what you have. */
export const ASSUMED = {
  coreShare: {
    value: 0.6,
    text: 'How much of a core may be in use, everywhere, so that there is room for peaks',
  },
  serverMemoryMb: {
    value: 2_048,
    text: 'MiB of memory that a server (one process, which is on one core nearly all the time) may take',
  },
  postgresCores: { value: 64, text: 'Cores of the largest machine for PostgreSQL' },
  postgresConnections: {
    value: 500,
    text: 'Connections that PostgreSQL has for servers (`max_connections`, 100 by default, less those it reserves)',
  },
  postgresLogMb: {
    value: 200,
    text: 'MB per second of write-ahead log that its disk takes, each commit waited for',
  },
  redisCores: { value: 1, text: 'Cores that Redis runs its commands on, whatever the machine has' },
}

/** The engines, and under which name their servers were measured. */
export const ENGINES = {
  SQLite: { target: 'QR Login, fast lane' },
  PostgreSQL: { target: 'QR Login, PostgreSQL', carrier: 'postgres' },
  'PostgreSQL + Redis': {
    target: 'QR Login, PostgreSQL + Redis',
    carrier: 'redis',
  },
}
