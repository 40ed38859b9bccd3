/** Where attacks are tried, and how what became of them gets into the table of attacks. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContextOptions, Page } from '@playwright/test'
import { ATTACKS, POLICIES, type Attack, type Policy } from '../attacks/catalogue'
import { expect, test as base } from '../fixtures'
import { Client } from './client'
import { Rows } from './database'
import { Server } from './server'

/** One attack's outcome, under the policies that it was seen under. */
export interface Observation {
  attack: Attack
  policies: readonly Policy[]
  outcome: string
}

export const ATTACK = 'attack'

/**
 * Notes what came of an attack, and expects it. Without a policy it holds for all of them: what no proof can change is
 * tried where nothing has to be proven.
 */
export function observed(attack: Attack, outcome: string, policies: readonly Policy[] = POLICIES) {
  const observation: Observation = { attack, policies, outcome }
  base.info().annotations.push({ type: ATTACK, description: JSON.stringify(observation) })
  return expect(outcome, `${ATTACKS[attack][0]} (${policies.join(', ')})`)
}

export async function isSignedIn(browser: Page | Client): Promise<boolean> {
  if (browser instanceof Client) return browser.isSignedIn()
  return (await browser.request.get('/api/sessions')).status() === 200
}

export const outcomeIf = (succeeded: boolean): string => (succeeded ? 'succeeds' : 'stopped')

/** What an attack came to that aims at an account: is the attacker's browser in it? */
export const outcomeFor = async (attacker: Page | Client): Promise<string> =>
  outcomeIf(await isSignedIn(attacker))

/** Where those stand who meet here, as a proxy in front says. */
export const VICTIM = '203.0.113.7'
export const ELSEWHERE = '192.0.2.99'
export const TRUSTED = '198.51.100.7'
export const UNDETERMINED = 'unknown'
export const ABROAD = '203.0.113.200'

const PLACES = {
  [`${VICTIM}/32`]: { country: 'NL', latitude: 52.09, longitude: 5.12, radius: 10 },
  [`${ABROAD}/32`]: { country: 'PT', latitude: 41.15, longitude: -8.61, radius: 10 },
}

interface Site {
  policy: Policy
  /** The server with that policy, behind a proxy that may name any address. */
  site: Server
  /** Serves a page of another site: to browsers, 127.0.0.1 is not localhost. Answers with its address. */
  foreign: (html: string) => Promise<string>
}

/** The browsers and rows of `site`, where a test's outcome depends on the policy. */
export const test = base.extend<Site, { sites: (policy: Policy) => Promise<Server> }>({
  policy: ['adaptive', { option: true }],

  sites: [
    async ({}, provide) => {
      const started = new Map<Policy, Promise<Server>>()
      await provide((policy) => {
        const options = { policy, behindProxy: true, trusted: `${TRUSTED}/32`, places: PLACES }
        const site = started.get(policy) ?? Server.start(options)
        started.set(policy, site)
        return site
      })
      for (const site of started.values()) await (await site).dispose()
    },
    { scope: 'worker' },
  ],

  site: async ({ sites, policy }, provide) => provide(await sites(policy)),

  openDesktop: async ({ openDesktop, site }, provide) =>
    provide((options) => openDesktop({ server: site, ...options })),

  foreign: async ({}, provide) => {
    const servers: http.Server[] = []
    await provide(async (html) => {
      const server = http.createServer((_, response) =>
        response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
      )
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    })
    for (const server of servers) server.close().closeAllConnections()
  },

  rows: async ({ site }, provide) => {
    const rows = new Rows(site)
    await provide(rows)
    await rows.close()
  },
})
export { expect }

/** A browser that calls from an address. */
export const at = (address: string): BrowserContextOptions => ({
  extraHTTPHeaders: { 'X-Forwarded-For': address },
})

/** A browser asks to be let in. It shows no page, which would use the approval by itself. */
export async function ask(desktop: Page): Promise<{ id: string; code: string }> {
  const { body } = await call(desktop, 'POST', '/api/login', {})
  return { id: body.id as string, code: (body.qr as string).split('/scan/')[1]! }
}

/** A signed-in phone scans that. */
export async function claim(phone: Page, code: string): Promise<string> {
  const { body } = await call(phone, 'POST', '/api/login/scan', { code })
  return body.scanToken as string
}

/** As a page of ours would, with a browser's cookies. */
export async function call(page: Page, method: string, path: string, data?: unknown) {
  const response = await page.request.fetch(path, {
    method,
    data,
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  // What an answer holds is the test's business.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const body: any = response.headers()['content-type']?.includes('json') ? await response.json() : null
  return { status: response.status(), body }
}
