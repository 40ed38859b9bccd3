// Everything, in one run.
import { FULL, SHORT } from '../plans.mjs'
import { stopAll } from '../support/server.mjs'
import { targets } from '../targets/all.mjs'
import { describeMachine } from './machine.mjs'
import { measureGrowth } from './growth.mjs'
import { measureHeld, measureMany } from './held.mjs'
import { measurePage } from './page.mjs'
import { measureProfile } from './profile.mjs'
import { measureRequests } from './requests.mjs'

const REQUESTS = ['status', 'open', 'round']
const ALL = [...REQUESTS, 'held', 'growth', 'profile', 'page']

export async function measureAll({ short, only = ALL }) {
  const unknown = only.filter((name) => !ALL.includes(name))
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}: choose from ${ALL.join(', ')}`)
  const plan = short ? SHORT : FULL
  const began = new Date()
  const results = { at: began.toISOString(), short, plan, machine: describeMachine(), measures: {} }
  const steps = {
    requests: () => requests(only, plan.requests),
    held: async () => ({
      held: await measureHeld(plan.held),
      ...(plan.many && { many: await measureMany(plan.many) }),
    }),
    growth: async () => ({ growth: await measureGrowth(plan.growth) }),
    profile: async () => ({ profile: await measureProfile(plan.profile) }),
    page: async () => ({ page: await measurePage(plan.page) }),
  }
  const wanted = new Set(only.map((name) => (REQUESTS.includes(name) ? 'requests' : name)))
  for (const name of Object.keys(steps).filter((step) => wanted.has(step))) {
    console.log(`Measuring ${name} …`)
    Object.assign(results.measures, await steps[name]())
  }
  results.minutes = (Date.now() - began) / 60_000
  return results
}

/** All targets run side by side; one at a time is measured. */
async function requests(only, plan) {
  const wanted = REQUESTS.filter((name) => only.includes(name))
  const measured = targets.filter((target) => wanted.some((name) => target[name]))
  const processes = new Map()
  for (const { process, start } of measured)
    if (!processes.has(process)) processes.set(process, await start({}))
  const servers = new Map(measured.map(({ name, process }) => [name, processes.get(process)]))
  const result = {}
  for (const name of wanted) {
    result[name] = await measureRequests(name, targets, servers, plan)
  }
  await stopAll()
  return result
}
