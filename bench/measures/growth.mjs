// Whether old rows make anything slower: the same measures on databases of growing size.
import { startApp, qrLogin } from '../targets/app.mjs'
import { measureRequests } from './requests.mjs'

const sized = (target, rows) => ({ ...target, name: String(rows) })

/** @returns by measure, by count of rows */
export async function measureGrowth({ sizes, ...options }) {
  const start = async (fast) => {
    const servers = new Map()
    for (const rows of sizes) servers.set(String(rows), await startApp({ lane: fast, rows }))
    return servers
  }
  const result = {}
  for (const fast of [false, true]) {
    const servers = await start(fast)
    const targets = sizes.map((rows) => sized(qrLogin(fast), rows))
    const measure = (what) => measureRequests(what, targets, servers, options)
    if (fast) {
      result.statusLane = await measure('status')
      result.open = await measure('open')
      result.round = await measure('round')
    } else result.statusNext = await measure('status')
    for (const server of servers.values()) await server.stop()
  }
  return result
}
