// What is wanted, judged by the medians.
import reasons from './reasons.mjs'

const LANE = 'QR Login, fast lane'
const NEXT = 'QR Login, through Next'
const CONSTANT = {
  next: 'constant, Next',
  door: 'constant, Next behind our front door',
  bare: 'constant, node:http',
}
const BETTER = { next: 'better-auth, in Next', bare: 'better-auth, node:http' }
const OIDC = 'oidc-provider, SQLite'
const STREAM = { bare: 'comments, node:http' }

const mid = (measure, target, number) => measure[target][number].median
const ratio = (measure, number, target, to) => mid(measure, target, number) / mid(measure, to, number)

const GROWN = {
  statusNext: 'Status read through Next',
  statusLane: 'Status read on the fast lane',
  open: 'Open on the fast lane',
  round: 'Whole round on the fast lane',
}

/** The distance of the outermost medians, in widths of the widest spread of one size. */
function apart(sizes) {
  const medians = sizes.map(({ median }) => median)
  const widest = Math.max(...sizes.map(({ min, max }) => max - min))
  return (Math.max(...medians) - Math.min(...medians)) / widest
}

/** The bound is `most` where less is better, `least` where more is. */
const GOALS = [
  {
    name: 'Status read through Next: processor time against a constant in Next',
    needs: ['status'],
    most: 1.15,
    value: ({ status }) =>
      Math.max(ratio(status, 'cpuMs', NEXT, CONSTANT.next), ratio(status, 'cpuMs', NEXT, CONSTANT.door)),
  },
  {
    name: 'Status read on the fast lane: requests per second against a constant in Next',
    needs: ['status'],
    least: 8,
    value: ({ status }) =>
      Math.min(
        ratio(status, 'perSecond', LANE, CONSTANT.next),
        ratio(status, 'perSecond', LANE, CONSTANT.door),
      ),
  },
  {
    name: "Status read on the fast lane: requests per second against oidc-provider's poll (SQLite)",
    needs: ['status'],
    least: 2,
    value: ({ status }) => ratio(status, 'perSecond', LANE, OIDC),
  },
  {
    name: 'Status read on the fast lane: processor time against a constant on node:http',
    needs: ['status'],
    most: 5,
    value: ({ status }) => ratio(status, 'cpuMs', LANE, CONSTANT.bare),
  },
  {
    name: 'Open on the fast lane: requests per second against better-auth on node:http',
    needs: ['open'],
    least: 2,
    value: ({ open }) => ratio(open, 'perSecond', LANE, BETTER.bare),
  },
  {
    name: 'Open on the fast lane: requests per second against oidc-provider (SQLite)',
    needs: ['open'],
    least: 1,
    value: ({ open }) => ratio(open, 'perSecond', LANE, OIDC),
  },
  {
    name: 'Whole round on the fast lane: rounds per second against better-auth in Next',
    needs: ['round'],
    least: 3,
    value: ({ round }) => ratio(round, 'perSecond', LANE, BETTER.next),
  },
  {
    name: 'Whole round on the fast lane: rounds per second against better-auth on node:http',
    needs: ['round'],
    least: 1,
    value: ({ round }) => ratio(round, 'perSecond', LANE, BETTER.bare),
  },
  {
    name: 'Whole round on the fast lane: rounds per second against oidc-provider (SQLite)',
    needs: ['round'],
    least: 1,
    value: ({ round }) => ratio(round, 'perSecond', LANE, OIDC),
  },
  {
    name: 'Held desktops, fast lane: memory of each against a bare stream',
    needs: ['held'],
    most: 1.5,
    value: ({ held }) => ratio(held, 'kbPerStream', LANE, STREAM.bare),
  },
  {
    name: 'Held desktops, fast lane: idle processor time, share of one core',
    needs: ['held'],
    most: 0.05,
    value: ({ held }) => mid(held, LANE, 'idleCpu'),
  },
  {
    name: 'Held desktops, fast lane: resident memory of the server with 50,000, in MiB',
    needs: ['many'],
    most: 1024,
    value: ({ many }) => (many.held < many.wanted ? undefined : many.rssMb),
    unmeasured: ({ many }) => {
      const rest = ((many.wanted - many.held) * many.kbPerStream) / 1024
      return `this machine lets a process have ${many.held} connections; with those it took ${Math.round(many.rssMb)} MiB, which would make ${Math.round(many.rssMb + rest)}`
    },
  },
  {
    name: 'From the press to the event, fast lane: p99 against a bare stream',
    needs: ['held'],
    most: 3,
    value: ({ held }) => ratio(held, 'p99', LANE, STREAM.bare),
  },
  {
    name: 'Waiting for a minute, processor time: events on the fast lane against polling through Next',
    needs: ['held', 'status'],
    most: 1 / 200,
    value: ({ held, status }) => mid(held, LANE, 'cpuMsPerMinute') / (60 * mid(status, NEXT, 'cpuMs')),
  },
  {
    name: 'Waiting for a minute: database statements per desktop',
    needs: ['held'],
    most: 0.1,
    value: ({ held }) => mid(held, LANE, 'statementsPerMinute'),
  },
  ...Object.entries(GROWN).map(([what, name]) => ({
    name: `${name}, old rows: how far the medians lie apart, against the widest spread between runs`,
    needs: ['growth'],
    most: 1,
    value: ({ growth }) => apart(Object.values(growth[what]).map(({ perSecond }) => perSecond)),
  })),
  {
    name: 'Sign-in page: script beyond what every Next page has, KiB gzipped',
    needs: ['page'],
    most: 50,
    value: ({ page }) => page.script.beyondRoot / 1024,
  },
  ...['mobile', 'desktop'].flatMap((mode) =>
    [
      ['performance', 95],
      ['accessibility', 100],
      ['best-practices', 100],
    ].map(([category, least]) => ({
      name: `Sign-in page: Lighthouse, ${mode}, ${category}`,
      needs: ['page'],
      least,
      value: ({ page }) => page.lighthouse[mode]?.[category].median,
    })),
  ),
]

/** @returns each goal with its bound, its value, and `met`: true, false, or undefined where it was not measured */
export function judge({ measures }) {
  const able = GOALS.filter(({ needs }) => needs.every((name) => measures[name]))
  return able.map(({ name, most, least, value, unmeasured }) => {
    const reached = value(measures)
    const met = reached === undefined ? undefined : most === undefined ? reached >= least : reached <= most
    const reason = reasons[name] ?? (met === undefined ? unmeasured?.(measures) : undefined)
    return { name, most, least, value: reached, met, reason: met ? undefined : reason }
  })
}
