/** Why a goal is missed, in our own words, by the goal's name; what is met needs none. */
export default {
  'Status read through Next: processor time against a constant in Next':
    'against the same constant behind our front door it is 1.1: the rest is the front door and the larger process',
  "Status read on the fast lane: requests per second against oidc-provider's poll (SQLite)":
    'close to the bound, and the runs lie further apart than that',
  'Status read on the fast lane: processor time against a constant on node:http':
    'a quarter of the time is ours and more than half is Node’s HTTP server, the system call that wakes the reader, and promises, each of which costs more where Next’s async hooks follow it',
  'Open on the fast lane: requests per second against oidc-provider (SQLite)':
    'two fifths of the time are SQLite itself, which commits the request together with its audit entry; close to the bound, and the runs lie further apart than that',
  'Whole round on the fast lane: rounds per second against oidc-provider (SQLite)':
    'two fifths of the time are SQLite itself: a round of ours writes a session, a device, a notice and four audit entries, where that one writes no session and one table; two of its six requests are next-auth’s',
}
