/** Where faults are survived: several servers on a PostgreSQL server of their own. */
import { test as base } from '../fixtures'
import { isLacking } from '../../lib/testing/lacking'
import { postgresPrograms } from '../../lib/testing/postgres'
import { Cluster, type ClusterOptions } from '../support/cluster'
import { survive, type Outcome } from '../support/surviving'
import { lineOf } from '../support/tally'

export { expect } from '@playwright/test'
export { sometime, whole } from '../support/surviving'

export const test = base.extend<{ startCluster: (options?: ClusterOptions) => Promise<Cluster> }>({
  startCluster: async ({}, provide) => {
    test.skip(isLacking(postgresPrograms()), 'PostgreSQL is not installed: apt-get install postgresql')
    const clusters: Cluster[] = []
    await provide(async (options) => {
      const cluster = await Cluster.start(options)
      clusters.push(cluster)
      return cluster
    })
    for (const cluster of clusters) await cluster.dispose()
  },
})

/** How often a fault happens: a few times, unless `npm run test:all` looks for what is rare. */
export const often = (few: number, many: number): number => (process.env.TEST_EVERYWHERE ? many : few)

/** So many rounds of sign-ins with a fault in each; prints the tally. */
export async function surviving(
  cluster: Cluster,
  what: string,
  rounds: number,
  fault: (round: number) => Promise<void>,
): Promise<Outcome> {
  const outcome = await survive(cluster, (round) => round < rounds, fault)
  console.log(`${lineOf(what, outcome)} (${outcome.waitedOut} failed calls waited out)`)
  return outcome
}
