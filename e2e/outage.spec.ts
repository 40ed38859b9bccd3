/** When the database or the server goes away, nobody is signed out and everything goes on by itself. */
import type { Page } from '@playwright/test'
import { expect, test as base } from './fixtures'
import { takeDatabase, holdDatabase } from './support/outage'
import { signedIn } from './support/people'
import { readCode } from './support/qr'
import type { Server } from './support/server'
import { approve, arrived, scan, status } from './support/steps'
import { messages as t } from './support/words'

type Outage = (server: Server) => Promise<() => Promise<void>>

const test = base.extend<{ takeAway: (outage: Outage) => Promise<() => Promise<void>> }>({
  /** Gives the database back after the test, whatever became of it. */
  takeAway: async ({ server }, provide) => {
    const pending = new Set<() => Promise<void>>()
    await provide(async (outage) => {
      const giveBack = await outage(server)
      pending.add(giveBack)
      return async () => {
        pending.delete(giveBack)
        await giveBack()
      }
    })
    for (const giveBack of pending) await giveBack()
  },
})

// With Redis, codes don't wait for the database; e2e/faults/ takes Redis away.
test.use({ serverOptions: { withoutRedis: true } })

const unavailable = { status: 503, code: 'unavailable' }

async function problem(page: Page, method: string, path: string, data?: unknown) {
  const response = await page.request.fetch(path, {
    method,
    data,
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  const { code } = (await response.json()) as { code: string }
  return { status: response.status(), code, retryAfter: response.headers()['retry-after'], response }
}

const sessionCookie = async (page: Page) =>
  (await page.context().cookies()).find((cookie) => cookie.name === 'qrl-session')?.value

test('while the database is away, calls say so, nobody is signed out, and it all goes on by itself', async ({
  desktop,
  phone,
  openDesktop,
  takeAway,
  trouble,
}) => {
  trouble.expect(/503 .* @ \/api\//)
  await signedIn(phone)
  await desktop.goto('/login')
  const { url, id } = await readCode(desktop)
  const cookie = await sessionCookie(phone)

  const giveBack = await takeAway(takeDatabase)
  const late = await openDesktop()
  await late.goto('/login')
  await expect(status(late)).toHaveText(t.faults.trouble)
  // Who waits already asks the database for nothing.
  expect((await readCode(desktop)).id).toBe(id)
  await expect(status(desktop)).toBeEmpty()
  const signedOutPages = ['/', '/sessions', '/account', '/scan', new URL(url).pathname]
  for (const path of signedOutPages) {
    await phone.goto(path)
    await expect(phone.getByText(t.unavailable.body)).toBeVisible()
    expect(new URL(phone.url()).pathname).toBe(path)
  }
  const calls = [
    await problem(phone, 'GET', '/api/sessions'),
    await problem(phone, 'GET', '/api/auth/session'),
    await problem(phone, 'POST', '/api/login/scan', { id: 'A'.repeat(22) }),
    await problem(desktop, 'POST', '/api/login', {}),
  ]
  for (const call of calls) {
    expect(call).toMatchObject(unavailable)
    expect(Number(call.retryAfter)).toBeGreaterThan(0)
    expect(call.response.headers()['set-cookie']).toBeUndefined()
  }
  expect(await sessionCookie(phone)).toBe(cookie)

  await giveBack()
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await approve(phone)
  await arrived(desktop)
  expect(await sessionCookie(phone)).toBe(cookie)
  await readCode(late)
})

test('while another process holds the database, a desktop waits for its code and a phone for its decision', async ({
  desktop,
  phone,
  openDesktop,
  takeAway,
  trouble,
}) => {
  trouble.expect(/503 .* @ \/api\//)
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)

  const giveBack = await takeAway(holdDatabase)
  expect(await problem(desktop, 'POST', '/api/login', {})).toMatchObject(unavailable)
  const late = await openDesktop()
  await late.goto('/login')
  await expect(status(late)).toHaveText(t.faults.trouble)
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(status(phone)).toHaveText(t.faults.trouble)
  expect((await phone.request.get('/api/sessions')).status()).toBe(200)

  // Nobody presses again: what was approved arrives by itself.
  await giveBack()
  await expect(phone.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  await arrived(desktop)
  await readCode(late)
  await expect(status(late)).toBeEmpty()
})

test('an approval that waits for the database can still be declined', async ({
  desktop,
  phone,
  rows,
  takeAway,
  trouble,
}) => {
  trouble.expect(/503 .* @ \/api\//)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  const giveBack = await takeAway(holdDatabase)
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(status(phone)).toHaveText(t.faults.trouble)
  await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
  await giveBack()
  await expect(phone.getByRole('heading', { name: t.scan.end.declined.title })).toBeVisible()
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'declined' })
})

test('an approved desktop is signed in once the database can be written again', async ({
  desktop,
  phone,
  rows,
  takeAway,
  trouble,
}) => {
  trouble.expect(/503 .* @ \/api\//, /ERR_INTERNET_DISCONNECTED/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await expect(status(desktop)).toHaveText(t.login.scanned)
  await desktop.context().setOffline(true)
  await approve(phone)
  const giveBack = await takeAway(holdDatabase)
  await desktop.context().setOffline(false)
  await expect(status(desktop)).toHaveText(t.faults.trouble)
  await giveBack()
  await arrived(desktop)
  expect(await rows.sessionsOf(id)).toHaveLength(1)
})

test('a sign-in whose answer was lost is asked for again, and makes one session', async ({
  desktop,
  phone,
  playwright,
  rows,
  trouble,
}) => {
  trouble.expect(/ERR_CONNECTION_RESET/)
  await signedIn(phone)
  // Not the browser's own jar, or the cookies of the lost answer would not be lost.
  const wire = await playwright.request.newContext()
  let lost = 0
  await desktop.route('**/api/auth/callback/qr', async (route) => {
    if (lost > 0) return route.continue()
    lost++
    const request = route.request()
    const answer = await wire.fetch(request.url(), {
      method: 'POST',
      headers: await request.allHeaders(),
      data: request.postData() ?? '',
    })
    expect(answer.status()).toBe(200)
    await route.abort('connectionreset')
  })
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await expect(desktop.getByRole('button', { name: t.home.signOut })).toBeVisible()
  expect(lost).toBe(1)
  expect(await rows.sessionsOf(id)).toHaveLength(1)
  await wire.dispose()
})

test('an approval whose answer was lost is not asked for twice', async ({
  desktop,
  phone,
  playwright,
  trouble,
}) => {
  trouble.expect(/ERR_CONNECTION_RESET/, /409 .* @ \/api\/login\/.*\/confirm/)
  await signedIn(phone)
  const wire = await playwright.request.newContext()
  let lost = 0
  await phone.route('**/api/login/*/confirm', async (route) => {
    if (lost++ > 0) return route.continue()
    const request = route.request()
    await wire.fetch(request.url(), {
      method: 'POST',
      headers: await request.allHeaders(),
      data: request.postData() ?? '',
    })
    await route.abort('connectionreset')
  })
  await desktop.goto('/login')
  await scan(phone, desktop)
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(status(phone)).toHaveText(t.errors.network)
  await approve(phone)
  await arrived(desktop)
  await wire.dispose()
})

test('a server that restarts in the middle loses nothing', async ({ desktop, phone, server, trouble }) => {
  trouble.expect(/ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE)/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await readCode(desktop)
  const cookie = await sessionCookie(phone)
  await server.stop()
  await expect(status(desktop)).toHaveText(t.faults.unreachable)
  await server.start()
  await expect(status(desktop)).toBeEmpty()
  expect((await scan(phone, desktop)).id).toBe(id)
  await approve(phone)
  await arrived(desktop)
  expect(await sessionCookie(phone)).toBe(cookie)
})

test('a server that restarts between approval and sign-in still signs in', async ({
  desktop,
  phone,
  server,
  trouble,
}) => {
  trouble.expect(/ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE|INTERNET_DISCONNECTED)/)
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  await expect(status(desktop)).toHaveText(t.login.scanned)
  await desktop.context().setOffline(true)
  await approve(phone)
  await server.stop()
  await server.start()
  await desktop.context().setOffline(false)
  await arrived(desktop)
  expect(await sessionCookie(desktop)).toBeDefined()
})
