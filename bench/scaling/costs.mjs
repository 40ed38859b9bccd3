// The measured costs of one engine, taken out of the results; undefined is what was not measured.
import { ENGINES } from './inputs.mjs'

/** The server's own code for streams is the same on all engines, and most of it was measured on SQLite. */
const STREAMS = ENGINES.SQLite.target

/** @returns milliseconds of processor time, KiB, bytes and counts */
export function costsOf({ measures }, engine) {
  const { target } = ENGINES[engine]
  const of = (measure, number, name = target) => measures[measure]?.[name]?.[number]?.median ?? undefined
  const counts = measures.engines?.[engine] ?? {}
  const cpu = (number) => ({
    open: of('open', number),
    signIn: signInOf(of('followed', number), of('round', number)),
    pages: of('pages', number),
  })
  return {
    server: {
      ...cpu('cpuMs'),
      begin: of('held', 'cpuMsPerStream', STREAMS),
      waitingMinute: of('held', 'cpuMsPerMinute', STREAMS),
      // A server on SQLite is alone.
      hearing: engine === 'SQLite' ? 0 : counts.hearingCpuMs,
    },
    postgres: { ...cpu('postgresCpuMs'), waitingMinute: of('held', 'postgresCpuMsPerMinute') },
    redis: { ...cpu('redisCpuMs'), waitingMinute: of('held', 'redisCpuMsPerMinute') },
    listening: counts.listenerCpuMs,
    stream: { ...memoryOf(measures), bytesPerMinute: of('held', 'bytesPerMinute', STREAMS) },
    statementsPerMinute: of('held', 'statementsPerMinute'),
    counts: { open: withCommits(counts.open), signIn: withCommits(counts.followed) },
  }
}

/** With the events that its desktop follows; without them it is at least the rest. */
const signInOf = (followed, round) =>
  followed === undefined && round !== undefined ? { value: round, isWhole: false } : followed

/** Of each stream, in KiB, and of a server without any, in MiB: as with the most that were held at once. */
function memoryOf({ many }) {
  return many
    ? { kb: many.kbPerStream, serverMb: many.rssMb - (many.kbPerStream * many.held) / 1024 }
    : { kb: undefined, serverMb: undefined }
}

/** What only tells the bus writes nothing that has to reach the disk. */
const withCommits = (counts = {}) => ({
  ...counts,
  commits: counts.writes === undefined ? undefined : counts.writes - counts.notifies,
})
