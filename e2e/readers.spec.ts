/** The three ways in which the desktop hears of its request, and how one takes over from another. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { setSeen } from './support/browsers'
import { signedInPhone } from './support/client'
import { signedIn } from './support/people'
import { bufferingProxy } from './support/proxy'
import { readCode } from './support/qr'
import {
  askedBy,
  blockEvents,
  blockLongPolls,
  endOfStream,
  longPollOf,
  refuseEvents,
  streamOf,
} from './support/readers'
import { approve, arrived, letInBy, scan, status } from './support/steps'
import { messages as t } from './support/words'

// Only the bus brings news in time: the safety read comes once a minute, as in production.
test.use({ serverOptions: { rareSafetyRead: true } })

const LONGER_THAN_ANY_POLL_MS = 2_000

/** Signs in, tells how long that took after the tap, and answers what the page asked for until it knew. */
async function signIn(reader: string, phone: Page, desktop: Page): Promise<string[]> {
  const asked = askedBy(desktop)
  await scan(phone, desktop)
  await expect(status(desktop)).toHaveText(t.login.scanned)
  const approveButton = phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })
  const tapped = Date.now()
  await approveButton.click()
  await arrived(desktop)
  const took = `${Date.now() - tapped} ms from the tap to the signed-in page`
  test.info().annotations.push({ type: reader, description: took })
  console.log(`${reader}: ${took}`)
  return asked.slice(0, asked.indexOf('sign-in'))
}

test('events bring a sign-in, and the page asks for nothing meanwhile', async ({ desktop, phone }) => {
  await signedIn(phone)
  const stream = streamOf(desktop)
  await desktop.goto('/login')
  await stream
  await readCode(desktop)
  expect(await signIn('events', phone, desktop)).toEqual([])
})

test('where events are blocked, polls that wait bring a sign-in', async ({ desktop, phone, trouble }) => {
  trouble.expect(/ERR_FAILED @ .*\/events/)
  await signedIn(phone)
  await blockEvents(desktop)
  const waiting = longPollOf(desktop)
  await desktop.goto('/login')
  await waiting
  const asked = await signIn('long poll', phone, desktop)
  expect(new Set(asked)).toEqual(new Set(['long-poll']))
})

test('where no connection may wait, plain polls bring a sign-in', async ({ desktop, phone, trouble }) => {
  trouble.expect(/ERR_FAILED @ /)
  await signedIn(phone)
  await blockEvents(desktop)
  await blockLongPolls(desktop)
  const waiting = longPollOf(desktop)
  await desktop.goto('/login')
  await waiting
  const asked = await signIn('plain polling', phone, desktop)
  expect(new Set(asked)).toEqual(new Set(['poll']))
})

test('a proxy that holds events back costs nobody a sign-in', async ({
  openDesktop,
  openPhone,
  startServer,
}) => {
  const server = await startServer({ proxy: bufferingProxy, behindProxy: true, rareSafetyRead: true })
  const desktop = await openDesktop({ server })
  const phone = await openPhone({ server })
  await signedIn(phone)
  const closed = endOfStream(desktop)
  const waiting = longPollOf(desktop)
  await desktop.goto('/login')
  await Promise.all([closed, waiting])
  const asked = await signIn('long poll behind a buffering proxy', phone, desktop)
  expect(new Set(asked)).toEqual(new Set(['long-poll']))
})

test('events that are refused since others have too many are done without', async ({
  desktop,
  phone,
  trouble,
}) => {
  trouble.expect(/429 .* @ .*\/events/)
  await signedIn(phone)
  await refuseEvents(desktop, 429, 'rate_limited')
  const waiting = longPollOf(desktop)
  await desktop.goto('/login')
  await waiting
  await expect(status(desktop)).toBeEmpty()
  const asked = await signIn('long poll after a 429', phone, desktop)
  expect(new Set(asked)).toEqual(new Set(['long-poll']))
})

test('a server that holds no connections at all is polled', async ({
  openDesktop,
  openPhone,
  startServer,
  trouble,
}) => {
  trouble.expect(/503 .* @ \/api\/login\/[\w-]+(\/events|\?wait=)/)
  const server = await startServer({ maxStreams: 0, rareSafetyRead: true })
  const desktop = await openDesktop({ server })
  const phone = await openPhone({ server })
  await signedIn(phone)
  const waiting = longPollOf(desktop)
  await desktop.goto('/login')
  await waiting
  await expect(status(desktop)).toBeEmpty()
  const asked = await signIn('plain polling after a 503', phone, desktop)
  expect(new Set(asked)).toEqual(new Set(['poll']))
})

test('each new code is pushed', async ({ desktop }) => {
  test.setTimeout(120_000)
  const stream = streamOf(desktop)
  await desktop.goto('/login')
  await stream
  let { url } = await readCode(desktop)
  const asked = askedBy(desktop)
  for (let rotations = 0; rotations < 2; rotations++) {
    await expect(async () => expect((await readCode(desktop)).url).not.toBe(url)).toPass()
    url = (await readCode(desktop)).url
  }
  expect(asked).toEqual([])
})

test('a page comes back to a server that restarted, and its request goes on', async ({
  desktop,
  phone,
  server,
  trouble,
}) => {
  trouble.expect(/ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/)
  await signedIn(phone)
  const stream = streamOf(desktop)
  await desktop.goto('/login')
  await stream
  const { id } = await readCode(desktop)
  await server.stop()
  await expect(status(desktop)).toHaveText(t.faults.unreachable)
  const streamAgain = streamOf(desktop)
  await server.start()
  await streamAgain
  await expect(status(desktop)).toBeEmpty()
  expect((await readCode(desktop)).id).toBe(id)
  await signIn('events after a restart', phone, desktop)
})

test('a hidden tab holds no stream and asks for nothing, and catches up once it is seen', async ({
  desktop,
  server,
}) => {
  const { phone } = await signedInPhone(server)
  const stream = streamOf(desktop)
  await desktop.goto('/login')
  await stream
  const { url } = await readCode(desktop)
  const closed = endOfStream(desktop)
  await setSeen(desktop, false)
  await closed
  const asked = askedBy(desktop)
  const scanned = await phone.post('/api/login/scan', { code: url.split('/scan/')[1] })
  expect(scanned.status).toBe(200)
  await desktop.waitForTimeout(LONGER_THAN_ANY_POLL_MS)
  expect(asked).toEqual([])
  await expect(status(desktop)).toBeEmpty()

  const streamAgain = streamOf(desktop)
  await setSeen(desktop, true)
  await expect(status(desktop)).toHaveText(t.login.scanned)
  await streamAgain
})

test('of six tabs side by side the oldest gives way, and all others sign in', async ({ desktop, server }) => {
  const { phone } = await signedInPhone(server)
  const tabs: Page[] = []
  while (tabs.length < 6) {
    const tab = tabs.length === 0 ? desktop : await desktop.context().newPage()
    const stream = streamOf(tab)
    await tab.goto('/login')
    await stream
    tabs.push(tab)
  }
  const [oldest, ...others] = tabs as [Page, ...Page[]]
  await expect(status(oldest)).toHaveText(t.login.rejected.superseded)
  for (const tab of others) {
    await tab.bringToFront()
    await letInBy(phone, (await readCode(tab)).url)
    await arrived(tab)
  }
})

test('a page without a network says so whoever reads, and its request goes on', async ({
  desktop,
  phone,
  trouble,
}) => {
  trouble.expect(/ERR_(FAILED|INTERNET_DISCONNECTED)/)
  await signedIn(phone)
  const stream = streamOf(desktop)
  await desktop.goto('/login')
  await stream
  await scan(phone, desktop)
  await expect(status(desktop)).toHaveText(t.login.scanned)
  await blockEvents(desktop)
  for (let outages = 0; outages < 2; outages++) {
    await desktop.context().setOffline(true)
    await expect(status(desktop)).toHaveText(t.faults.offline)
    const waiting = longPollOf(desktop)
    await desktop.context().setOffline(false)
    await waiting
    await expect(status(desktop)).toHaveText(t.login.scanned)
  }
  await approve(phone)
  await arrived(desktop)
})
