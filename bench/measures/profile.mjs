// Where the processor time of a measure goes: a run of its own under the sampling profiler, self time by package.
import fs from 'node:fs'
import path from 'node:path'
import { CONNECTIONS, repeat, repeatFlow } from '../support/load.mjs'
import { APP } from '../support/paths.mjs'
import { qrLogin, startApp } from '../targets/app.mjs'

/** Native functions have no line of their own: a statement's time is that of these, which do nothing but call it. */
const RUNS_STATEMENTS = /^(performIO|executeIO|runStatement)$/
const SQLITE = 'SQLite (better-sqlite3)'

const OWNERS = [
  [/^\(garbage collector\)$/, 'garbage collection'],
  [/^\(program\)$/, "Node's own C++ and system calls"],
  [/^\(root\)$/, "Node's own C++ and system calls"],
]

/** @returns shares of the busy time, by measure and by owner, largest first */
export async function measureProfile({ seconds, warm, lanes, of }) {
  const result = {}
  for (const fast of lanes)
    for (const what of of)
      result[`${what}, ${fast ? 'fast lane' : 'through Next'}`] = await profile(fast, what, seconds, warm)
  return result
}

async function profile(fast, what, seconds, warm) {
  const folder = fs.mkdtempSync(path.join(path.dirname(APP), 'profile-'))
  const server = await startApp({ lane: fast, nodeArgs: ['--cpu-prof', `--cpu-prof-dir=${folder}`] })
  try {
    const spec = await qrLogin(fast)[what](server, CONNECTIONS)
    const load = (time) =>
      spec.flow ? repeatFlow(server, spec.flow, spec.workers, time) : repeat(server, spec, time)
    await load(warm)
    await load(seconds)
    await spec.close?.()
    await server.stop()
    const files = fs.readdirSync(folder).map((name) => path.join(folder, name))
    const largest = files.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]
    return shares(JSON.parse(fs.readFileSync(largest, 'utf8')))
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Self time by owner of the last half, when the start is long over; what is idle does not count. */
function shares({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])))
  const owners = new Map(nodes.map((node) => [node.id, ownerOf(node, parents)]))
  const sums = new Map()
  let all = 0
  for (let i = samples.length >> 1; i < samples.length; i++) {
    if (byId.get(samples[i]).callFrame.functionName === '(idle)') continue
    const owner = owners.get(samples[i])
    sums.set(owner, (sums.get(owner) ?? 0) + timeDeltas[i])
    all += timeDeltas[i]
  }
  return Object.fromEntries([...sums].map(([owner, time]) => [owner, time / all]).sort((a, b) => b[1] - a[1]))
}

function ownerOf(node, parents) {
  const { functionName, url } = node.callFrame
  for (const [name, owner] of OWNERS) if (name.test(functionName)) return owner
  const parent = parents.get(node.id)
  if (url === '') return parent ? ownerOf(parent, parents) : 'Node'
  return RUNS_STATEMENTS.test(functionName) ? SQLITE : ownerOfFile(url)
}

function ownerOfFile(url) {
  if (url.startsWith('node:')) return 'Node'
  if (url.startsWith('wasm:')) return "Prisma's engine (WebAssembly)"
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name === 'better-sqlite3') return SQLITE
  if (name?.startsWith('@prisma/')) return "Prisma's client and adapter"
  if (name) return name
  return url.includes('/.next/') ? 'ours and what Next bundled with it' : 'ours'
}
