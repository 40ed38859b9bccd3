/** Why a goal is missed, in our own words, by the goal's name; what is met needs none. */
const PRISMA =
  'the profile below: most of the time is Prisma’s client, its adapter, which prepares each statement anew, and SQLite'

export default {
  'Status read on the fast lane: processor time against a constant on node:http':
    'a quarter of the time is ours and more than half is Node’s HTTP server and promises, each of which costs more where Next’s async hooks follow it',
  'Open on the fast lane: requests per second against better-auth on node:http': `${PRISMA}; it writes a request and its audit entry in one transaction`,
  'Open on the fast lane: requests per second against oidc-provider (SQLite)': `${PRISMA}; that store is one table behind prepared statements`,
  'Whole round on the fast lane: rounds per second against better-auth in Next': `${PRISMA}: half of the time of a round, in which ours writes a session, a device and an audit entry for each step, and checks the phone’s session twice`,
  'Whole round on the fast lane: rounds per second against better-auth on node:http': 'as above',
  'Whole round on the fast lane: rounds per second against oidc-provider (SQLite)': 'as above',
  'Held desktops, fast lane: memory of each against a bare stream':
    'a stream of ours also keeps the columns that its view is built from, its own state, its place and longer headers',
  'Held desktops, fast lane: idle processor time, share of one core':
    'two codes a minute to each desktop, each built from its row, beside the comments that the bare stream sends as well',
  'From the press to the event, fast lane: p99 against a bare stream':
    'ours checks a session and commits a transaction before the event; the bare server writes to a socket',
  'Waiting for a minute, processor time: events on the fast lane against polling through Next':
    'as for the idle processor time',
}
