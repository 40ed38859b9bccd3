/** What every test starts from: a server of its worker's own, browsers that share nothing, and a watch on trouble. */
import { test as base, type BrowserContextOptions, type Page } from '@playwright/test'
import { DESKTOP, PHONE } from './support/browsers'
import { Rows } from './support/database'
import { Server, type ServerOptions } from './support/server'
import { Trouble } from './support/trouble'

interface OpenOptions extends BrowserContextOptions {
  server?: Server
}

interface TestFixtures {
  trouble: Trouble
  /** A page in a browser of its own, on this worker's server unless another one is named. */
  openDesktop: (options?: OpenOptions) => Promise<Page>
  openPhone: (options?: OpenOptions) => Promise<Page>
  desktop: Page
  phone: Page
  rows: Rows
  /** Another server than the worker's, for this test alone. */
  startServer: (options: ServerOptions) => Promise<Server>
}

interface WorkerFixtures {
  /** Of this worker's server. */
  serverOptions: ServerOptions
  server: Server
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  serverOptions: [{}, { option: true, scope: 'worker' }],

  server: [
    async ({ serverOptions }, provide) => {
      const server = await Server.start(serverOptions)
      await provide(server)
      await server.dispose()
    },
    { scope: 'worker' },
  ],

  trouble: [
    async ({}, provide) => {
      const trouble = new Trouble()
      await provide(trouble)
      trouble.assertNone()
    },
    { auto: true },
  ],

  startServer: async ({}, provide) => {
    const servers: Server[] = []
    await provide(async (options) => {
      const server = await Server.start(options)
      servers.push(server)
      return server
    })
    for (const server of servers) await server.dispose()
  },

  // The other servers are named so that they go after the browsers.
  openDesktop: async ({ browser, server, startServer: _, trouble, colorScheme, locale }, provide) => {
    const contexts: { close(): Promise<void> }[] = []
    await provide(async ({ server: other = server, ...options } = {}) => {
      const context = await browser.newContext({
        ...DESKTOP,
        colorScheme,
        locale,
        baseURL: other.url,
        ...options,
      })
      contexts.push(context)
      trouble.watch(context, other.url)
      return context.newPage()
    })
    for (const context of contexts) await context.close()
  },

  openPhone: async ({ openDesktop }, provide) => {
    await provide((options) => openDesktop({ ...PHONE, ...options }))
  },

  desktop: async ({ openDesktop }, provide) => provide(await openDesktop()),
  phone: async ({ openPhone }, provide) => provide(await openPhone()),

  rows: async ({ server }, provide) => {
    const rows = new Rows(server)
    await provide(rows)
    await rows.close()
  },
})

export { expect } from '@playwright/test'
