// The tables of docs/scaling.md.
import { number } from '../report/format.mjs'
import { table } from '../report/table.mjs'
import { costsOf } from './costs.mjs'
import { ASSUMED, ENGINES, PROGRAM, TARGET } from './inputs.mjs'
import { needsOf, RATES } from './needs.mjs'
import { partsOf } from './parts.mjs'
import { mapped, product, sum } from './quantity.mjs'
import { COSTS, NEEDS } from './rows.mjs'

const NOT_YET = 'not measured yet'
const names = Object.keys(ENGINES)

/** "At least" where a part of it was not measured. */
function shown({ value, isWhole }) {
  if (value === undefined) return NOT_YET
  const text = value === Infinity ? 'no number is enough' : number(value)
  return isWhole ? text : `≥ ${text}`
}

const rowsOf = (rows, cellOf) =>
  rows.map(({ name, of, on = names }) => [
    name,
    ...names.map((engine) => (on.includes(engine) ? cellOf(of, engine) : '–')),
  ])

function costsTable(results) {
  const costs = Object.fromEntries(names.map((engine) => [engine, costsOf(results, engine)]))
  return table([['each', ...names], ...rowsOf(COSTS, (of, engine) => shown(sum(of(costs[engine]))))])
}

const needsTable = (needs) =>
  table([['', ...names], ...rowsOf(NEEDS, (of, engine) => shown(needs[engine][of]))])

function partsTable(engine, needs) {
  return table([
    [engine, 'has', 'needs', 'of it'],
    ...partsOf(engine, needs).map(({ name, unit, limit, need, share }) => [
      unit ? `${name}, ${unit}` : name,
      number(limit),
      shown(need),
      share.value === undefined ? NOT_YET : `${shown(product(100, share))} %`,
    ]),
  ])
}

/** Which part is the first, in words. */
function verdict(engine, needs) {
  const parts = partsOf(engine, needs)
  const unknown = parts.filter(({ share }) => share.value === undefined).length
  if (unknown > 0)
    return `**${engine}**: not known yet, since ${unknown} of ${parts.length} parts were not measured.`
  const [{ name, share }] = parts
  const atMost = shown(mapped(share, (value) => 100 / value)).replace('≥', '≤')
  const ofWhat = parts.every(({ need }) => need.isWhole) ? '' : ', of what was measured so far,'
  return share.value > 1
    ? `**${engine}**: the first to give out${ofWhat} is ${name}, at ${atMost} % of what is asked for.`
    : `**${engine}**: nothing${ofWhat} gives out. The fullest is ${name}, of which ${shown(product(100, share))} % is taken.`
}

const source = ({ at, machine }) =>
  `Costs: measured on ${at.slice(0, 10)}, on top of commit ${machine.commit} (${machine.cpu}, ${machine.cores} cores, ` +
  `Node ${machine.node.slice(1)}); medians of [bench/results.json](../bench/results.json).`

const assumptions = () =>
  table([['assumed', 'value'], ...Object.values(ASSUMED).map(({ text, value }) => [text, number(value)])])

/** All that stands between the markers. */
export function tablesText(results) {
  const needs = Object.fromEntries(names.map((engine) => [engine, needsOf(results, engine)]))
  return `## What is asked for

${number(TARGET.waiting)} desktops wait, each with an event stream. A request lives ${PROGRAM.requestSeconds} s, so they open ${number(RATES.renewals)} requests a second.
Beside them, ${number(TARGET.signInsPerSecond)} sign-ins are made each second.

## What gives out first

${names.map((engine) => `- ${verdict(engine, needs[engine])}`).join('\n')}

${names.map((engine) => partsTable(engine, needs[engine])).join('\n\n')}

## What it takes

${needsTable(needs)}

## Measured costs

${source(results)}

${costsTable(results)}

## Assumptions

These were not measured; they stand in \`bench/scaling/inputs.mjs\`.

${assumptions()}

By default a server holds at most ${number(PROGRAM.streamsPerServer)} streams (\`MAX_STREAMS\`) and ${PROGRAM.poolPerServer} connections in its pool (\`DATABASE_POOL\`), and one more where
PostgreSQL carries the messages.`
}
