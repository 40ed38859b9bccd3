// docs/performance.md and its chart, from the results of a whole run.
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../support/paths.mjs'
import { CONNECTIONS } from '../support/load.mjs'
import { barChart } from './chart.mjs'
import { bound, number, verdict } from './format.mjs'
import { table } from './table.mjs'
import { enginesTable, growthTable, heldTable, pageTable, profileTable, requestsTable } from './tables.mjs'

const DOCS = path.join(ROOT, 'docs')
const CHART = 'performance/per-second.svg'

const SQLITE = 'SQLite (better-sqlite3)'
const TITLES = { status: 'Status read', open: 'Open', round: 'Whole round' }

export function writeReport(results, goals) {
  fs.mkdirSync(path.join(DOCS, path.dirname(CHART)), { recursive: true })
  fs.writeFileSync(path.join(DOCS, CHART), perSecondChart(results.measures))
  fs.writeFileSync(path.join(DOCS, 'performance.md'), text(results, goals))
}

/** The bare constant is left out: beside it, no other bar would be seen. */
function perSecondChart(measures) {
  const groups = Object.entries(TITLES).map(([what, title]) => ({
    title: `${title}, per second`,
    bars: Object.entries(measures[what])
      .filter(([name]) => name !== 'constant, node:http')
      .map(([name, { perSecond }]) => ({ name, ...perSecond, isOurs: name.startsWith('QR Login') })),
  }))
  return barChart(groups, number)
}

function goalsTable(goals) {
  return table([
    ['goal', 'bound', 'reached', '', 'why'],
    ...goals.map((goal) => [
      goal.name,
      bound(goal),
      number(goal.value),
      goal.met ? 'met' : `**${verdict(goal)}**`,
      goal.reason ?? '',
    ]),
  ]).replace('|---|--:|--:|--:|--:|', '|---|--:|--:|---|---|')
}

function text({ at, plan, settings, machine, skipped = {}, measures }, goals) {
  const { requests, held, growth, page } = plan
  const { status, open, round, many, profile } = measures
  const met = goals.filter((goal) => goal.met).length
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return `# Performance

Measured by \`npm run bench\`, which writes this file; [bench/results.json](../bench/results.json) has every run. On
another machine the numbers are others, and the ratios similar: read the ratios.

- ${at.slice(0, 10)}, on top of commit ${machine.commit}.
- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GiB, ${machine.system}, Node ${machine.node.slice(1)}.
- ${versions.join(', ')}.

![Requests per second by target](${CHART})

## Goals

${met} of ${goals.length} are met. Judged by medians; where a constant in Next stands on the other side, by the stricter
of the two.

${goalsTable(goals)}

## Status read

A desktop asks for its pending request. The peers' like is a poll for the token of a device code that nobody has
approved yet.

${table(requestsTable(status))}

## Open

A desktop opens a request; the peers give out a device code.

${table(requestsTable(open))}

${profileText(profile)}

## Whole round

Ours is five requests: open, scan, confirm, one read by the desktop, and the consume, which gives the
desktop its session cookie, with an audit entry for each step. better-auth's is four: device code, verify, approve,
token, which is a session's. oidc-provider's is four: device authorization, the page with the form, the form that
approves, token, with an ID token. The phones were signed in beforehand, and at oidc-provider they had consented as
well, so that no round asks them.

${table(requestsTable(round))}
${followedText(measures)}${pagesText(measures)}${enginesText(measures, skipped)}
## Held desktops

${number(held.held)} desktops hold an event stream to one server for ${held.idleSeconds} s, and hear a comment each 15 s; ours also get a new code
each 30 s. Then ${held.events} events are caused one by one, by a phone that confirms or, at the bare server, by a \`POST\`; the
first fifth of them is not counted.

${table(heldTable(measures.held))}

${many.held < many.wanted ? `${number(many.wanted)} at once could not be tried, since this machine lets a process have no more than ${number(many.held)} connections. With those` : `With ${number(many.held)} at once`} the fast lane took ${number(many.rssMb)} MiB, ${number(many.kbPerStream)} KiB each.

## Growth

So many old requests were written straight into the database, with their audit entries, and the same measures run beside
them. Opening and whole rounds then add some thousands of their own, to each alike.

${table(growthTable(measures.growth))}

## Sign-in page

\`/login\` brings ${number(measures.page.script.beyondRoot / 1024)} KiB of script, gzipped, beyond the ${number((measures.page.script.all - measures.page.script.beyondRoot) / 1024)} KiB that every page of a Next app has. Lighthouse:

${table(pageTable(measures.page))}

## Method

- **Servers.** Each is a process of its own, in production mode, and nothing else is measured while it is. QR Login is
  a copy of the repository with two routes more: one that answers with a constant of the size of our status answer,
  and one that streams nothing but comments. "Fast lane" is as it runs by default, "through Next" with
  \`FAST_LANE=off\`. Its rate limits are on, and a million times as wide.${settingsText(settings)}
- **Load.** Another process on the loopback, undici on ${CONNECTIONS} connections, each asking again once it was answered, with the
  headers of a browser, \`Accept-Encoding: gzip, deflate, br\` among them. Event streams are held by further processes
  on plain sockets. Every answer is decoded, and its status and content are checked: a wrong one ends the run.
- **Is the load the limit?** The column "of one core" says how busy the server was; at about 1 and above, it was the
  limit. (More than 1 is the collector of garbage, beside the main thread.) The constant on node:http is as quick as
  undici, so it is compared by processor time alone.
- **Numbers.** Processor time is user and system time of the whole process, all threads, from \`/proc\`, by requests.
  Memory is its resident size. Memory of a stream is what a warmed-up server has more with the streams than without
  them, both after a garbage collection, by streams. Statements are counted by a module that is loaded into the server
  before it and wraps better-sqlite3.
- **Runs.** ${requests.runs} of ${requests.seconds} s after ${requests.warm} s of warming up, ${held.runs} for held desktops, ${growth.runs} of ${growth.seconds} s for growth, ${page.runs} for Lighthouse; one target
  after the other, then all over again, so that what the machine does meanwhile meets them all. Tables show medians,
  with the least and the most of the runs.
- **SQLite.** better-sqlite3, the same copy for all, with \`journal_mode=WAL\` and \`synchronous=NORMAL\`. The latter is
  what our connections get from how better-sqlite3 is built; the peers set it.
- **better-auth** is set up as documented with its device authorization plugin; rate limits, reports and logs are off,
  and the poll has no least interval, since one that comes too soon is refused instead of answered.
- **oidc-provider** runs on bare Node, with a public client, opaque access tokens and ID tokens signed with ES256. Its
  memory adapter, which keeps about a thousand items, is its own; the one on SQLite is ours, of one table and prepared
  statements. It asks for a newer Node than this one, and runs.
`
}

/** Results from before something was measured or set have nothing of it. */
const settingsText = (settings) =>
  settings?.PROOF_POLICY === 'off'
    ? '\n  `PROOF_POLICY=off`: sign-ins are approved with one plain tap, as at the peers.'
    : ''

const followedText = ({ followed }) =>
  followed
    ? `
The same by a desktop that follows its event stream, as pages do, instead of reading once:

${table(requestsTable(followed))}
`
    : ''

const pagesText = ({ pages }) =>
  pages
    ? `
The two pages of a sign-in, without their scripts: the desktop's, which comes with its request opened, and the phone's.

${table(requestsTable(pages))}
`
    : ''

function enginesText({ engines }, skipped) {
  if (!engines) return ''
  const reasons = Object.entries(skipped).map(([name, reason]) => `- Not measured: ${name} (${reason}).\n`)
  return `
## Engines

On PostgreSQL, and with Redis beside it, the same servers stand in the tables above; "two servers" are two on one
database, and each call goes to the other one than the call before. They, the database and the load share
the machine's cores, so that what two servers do more than one says little here: read the processor time.
PostgreSQL is as it comes, and every commit waits for the disk. Redis keeps everything in memory and nothing on disk.
Desktops that are held there are opened as pages do, before memory is first looked at: what the server keeps of their
requests is not in the memory of their streams. What else a call takes, called one after the other, by the counters of
PostgreSQL (\`pg_stat_statements\` among them) and Redis:

${table(enginesTable(engines))}

For each sign-in, a server that has no part in it takes ${hearingText(engines, 'hearingCpuMs')} of processor time to hear of it, and
what carries the messages takes ${hearingText(engines, 'listenerCpuMs')} to tell it. [scaling.md](scaling.md) says what that makes for many.
${reasons.length > 0 ? `\n${reasons.join('')}` : ''}`
}

const hearingText = (engines, number_) =>
  Object.entries(engines)
    .filter(([, costs]) => costs[number_] !== undefined)
    .map(([name, costs]) => `${number(costs[number_])} ms (${name})`)
    .join(' and ') || 'nothing that was measured'

/** Earlier results do not tell them apart: next to nothing is SQLite's there. */
const sqliteText = (profile) =>
  Object.values(profile).some((shares) => shares[SQLITE] >= 0.01)
    ? ''
    : '; "ours" holds the time that SQLite takes for prepared statements'

function profileText(profile) {
  return `Where the processor time goes, by a sampling profiler in runs of their own (self time, idle left out${sqliteText(profile)}):

${table(profileTable(profile))}`
}
