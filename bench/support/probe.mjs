// Asks a server that was started with the probe: what it has in memory, and how many statements SQLite has run.
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { BENCH } from './paths.mjs'

/** What Node is started with. */
export const PROBE = ['--import', pathToFileURL(path.join(BENCH, 'probe.mjs')).href]

/** Collects the server's garbage; what is in its memory then, and how many statements it has run. */
export async function probe(server) {
  const answers = () => server.output.match(/^probed: \d+/gm) ?? []
  const before = answers().length
  server.signal('SIGUSR2')
  for (let tries = 0; answers().length === before; tries++) {
    if (tries > 500) throw new Error('the server does not answer the probe')
    await sleep(20)
  }
  return { rssMb: server.rssMb(), statements: Number(answers().at(-1).split(' ')[1]) }
}

/** What the databases of a server have done so far; of SQLite, which is inside of it, the statements. */
export async function countersOf(server) {
  if (!server.backends) return { statements: (await probe(server)).statements }
  const all = await Promise.all(Object.values(server.backends).map((backend) => backend.counters()))
  return Object.assign({}, ...all)
}
