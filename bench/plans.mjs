/** The whole measurement, and one that only shows that everything still runs. */
export const FULL = {
  requests: { runs: 3, seconds: 5, warm: 2 },
  // PostgreSQL's connections say within ten seconds how many transactions they made.
  engines: { warm: 50, counted: 1_000, settleSeconds: 11, listeners: 50, seconds: 10 },
  held: { runs: 3, held: 10_000, settleSeconds: 5, idleSeconds: 60, events: 400 },
  many: { many: 50_000, settleSeconds: 5 },
  growth: { sizes: [1_000, 10_000, 100_000, 1_000_000], runs: 3, seconds: 3, warm: 1 },
  profile: { seconds: 10, warm: 5, lanes: [true, false], of: ['status', 'open', 'round'] },
  page: { runs: 3, modes: ['mobile', 'desktop'] },
}

export const SHORT = {
  requests: { runs: 1, seconds: 0.5, warm: 0.2 },
  engines: { warm: 2, counted: 10, settleSeconds: 0.5, listeners: 5, seconds: 0.3 },
  held: { runs: 1, held: 300, settleSeconds: 0.5, idleSeconds: 1, events: 5 },
  growth: { sizes: [1_000], runs: 1, seconds: 0.3, warm: 0.1 },
  profile: { seconds: 0.5, warm: 0.2, lanes: [true], of: ['open'] },
  page: { runs: 1, modes: ['desktop'] },
}
