// What can't be had twice, and how much of it the target takes: the fullest gives out first.
import { ASSUMED, PROGRAM, TARGET } from './inputs.mjs'
import { product } from './quantity.mjs'

const { coreShare, serverMemoryMb, postgresCores, postgresConnections, postgresLogMb, redisCores } = ASSUMED
const cores = (count) => count * coreShare.value

const ONE_SERVER = [
  { name: 'the one server’s processor', unit: 'cores', need: 'work', limit: cores(1) },
  { name: 'the one server’s streams', need: () => TARGET.waiting, limit: PROGRAM.streamsPerServer },
  { name: 'the one server’s memory', unit: 'servers’ worth', need: 'byMemory', limit: 1 },
]
const POSTGRES = [
  { name: 'PostgreSQL’s processor', unit: 'cores', need: 'postgresCores', limit: cores(postgresCores.value) },
  { name: 'PostgreSQL’s connections', need: 'connections', limit: postgresConnections.value },
  { name: 'PostgreSQL’s log', unit: 'MB per second', need: 'logMb', limit: postgresLogMb.value },
]
const REDIS = [
  { name: 'Redis’s processor', unit: 'cores', need: 'redisCores', limit: cores(redisCores.value) },
]
const HEARING = {
  name: 'each server’s processor for hearing of all sign-ins',
  unit: 'cores',
  need: 'hearing',
  limit: cores(1),
}

const PARTS = {
  SQLite: ONE_SERVER,
  PostgreSQL: [...POSTGRES, HEARING],
  'PostgreSQL + Redis': [...POSTGRES, ...REDIS, HEARING],
}

/** What is needed without end is so because another part has given out before. */
const rank = ({ share: { value = -1 } }) => (value === Infinity ? 0 : value)

/** @returns the parts with need, limit and the share of the limit, fullest first; those that were not measured last */
export function partsOf(engine, needs) {
  return PARTS[engine]
    .map(({ name, unit, need, limit }) => {
      const needed = typeof need === 'function' ? product(need()) : needs[need]
      return { name, unit, limit, need: needed, share: product(1 / limit, needed) }
    })
    .sort((a, b) => rank(b) - rank(a))
}
