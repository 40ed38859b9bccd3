// Everything, in one run.
import { FULL, SHORT } from '../plans.mjs'
import { SETTINGS } from '../targets/app.mjs'
import { stopAll } from '../support/process.mjs'
import { targets } from '../targets/all.mjs'
import { engines } from '../targets/engines.mjs'
import { describeMachine } from './machine.mjs'
import { measureEngines } from './engines.mjs'
import { measureGrowth } from './growth.mjs'
import { measureHeld, measureMany } from './held.mjs'
import { measurePage } from './page.mjs'
import { measureProfile } from './profile.mjs'
import { measureRequests } from './requests.mjs'

const REQUESTS = ['status', 'open', 'round', 'followed', 'pages']
const ALL = [...REQUESTS, 'engines', 'held', 'growth', 'profile', 'page']

export async function measureAll({ short, only = ALL }) {
  const unknown = only.filter((name) => !ALL.includes(name))
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}: choose from ${ALL.join(', ')}`)
  const plan = short ? SHORT : FULL
  const began = new Date()
  const results = {
    at: began.toISOString(),
    short,
    plan,
    settings: SETTINGS,
    machine: describeMachine(),
    skipped: skipped(),
    measures: {},
  }
  const steps = {
    requests: () => requests(only, plan.requests),
    engines: async () => ({ engines: await measureEngines(plan.engines) }),
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

/** What can't be measured here, by name, and why. */
function skipped() {
  const reasons = engines.map(({ name, missing }) => [name, missing()])
  for (const [name, reason] of reasons) if (reason) console.log(`${name} is skipped: ${reason}.`)
  return Object.fromEntries(reasons.filter(([, reason]) => reason))
}

/** All targets run side by side; one at a time is measured. */
async function requests(only, plan) {
  const wanted = REQUESTS.filter((name) => only.includes(name))
  const able = targets.filter((target) => !target.missing?.())
  const measured = able.filter((target) => wanted.some((name) => target[name]))
  const processes = new Map()
  for (const { process, start } of measured)
    if (!processes.has(process)) processes.set(process, await start({}))
  const servers = new Map(measured.map(({ name, process }) => [name, processes.get(process)]))
  const result = {}
  for (const name of wanted) {
    result[name] = await measureRequests(name, able, servers, plan)
  }
  await stopAll()
  return result
}
