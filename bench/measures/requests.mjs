// Status read, open, whole round (by reading or by following), and pages: every target that can, in turn.
import { CONNECTIONS, repeat, repeatFlow } from '../support/load.mjs'
import { interleaved } from '../support/stats.mjs'

/** One target's function that measures `what` of a server for some seconds. */
async function prepared(target, what, server) {
  const spec = await target[what](server, CONNECTIONS)
  const measure = (seconds) =>
    spec.flow ? repeatFlow(server, spec.flow, spec.workers, seconds) : repeat(server, spec, seconds)
  return { measure, close: async () => spec.close?.() }
}

/**
 * @param what status, open, round, followed or pages
 * @param servers by target name
 */
export async function measureRequests(what, targets, servers, { runs, seconds, warm }) {
  console.log(`  ${what} …`)
  const able = targets.filter((target) => target[what])
  const ready = new Map()
  for (const target of able) ready.set(target, await prepared(target, what, servers.get(target.name)))
  const result = await interleaved(able, runs, async (target) => {
    const { measure } = ready.get(target)
    await measure(warm)
    return measure(seconds)
  })
  for (const { close } of ready.values()) await close()
  return result
}
