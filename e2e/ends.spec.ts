/** All the ways in which a sign-in ends before it is one. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { signedIn } from './support/people'
import { readCode } from './support/qr'
import { approve, arrived, letIn, scan, status } from './support/steps'
import { messages as t } from './support/words'

const RENEWALS = 6
const letters = (desktop: Page) => desktop.getByLabel(t.login.codeToType)
const ending = (phone: Page, end: keyof typeof t.scan.end) =>
  phone.getByRole('heading', { name: t.scan.end[end].title })

test('the page renews an expired code six times by itself, and then leaves it to a person', async ({
  desktop,
  phone,
  rows,
}) => {
  await signedIn(phone)
  await desktop.goto('/login')
  const seen = new Set<string>()
  for (let i = 0; i < RENEWALS; i++) {
    const { id } = await readCode(desktop)
    seen.add(id)
    const before = await letters(desktop).innerText()
    await rows.age(id, 301)
    await expect(letters(desktop)).not.toHaveText(before)
  }
  const { id } = await readCode(desktop)
  expect(seen.add(id).size).toBe(RENEWALS + 1)
  await rows.age(id, 301)
  await expect(status(desktop)).toHaveText(t.login.stale)
  await expect(desktop.getByRole('img', { name: t.login.image })).toHaveCount(0)

  await desktop.getByRole('button', { name: t.login.newCode }).click()
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
})

test('an old photograph of the code fails, while the desktop shows a newer one', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/410 .* @ \/api\/login\/scan/)
  await signedIn(phone)
  await desktop.goto('/login')
  const photograph = await readCode(desktop)
  await rows.age(photograph.id, 61)
  await phone.goto(photograph.url)
  await expect(ending(phone, 'expired')).toBeVisible()
  await expect(phone.getByText(t.scan.end.expired.body)).toBeVisible()

  await expect(async () => expect((await readCode(desktop)).url).not.toBe(photograph.url)).toPass()
  const { id } = await scan(phone, desktop)
  expect(id).toBe(photograph.id)
})

test('the code before the current one is still accepted', async ({ desktop, phone, rows }) => {
  await signedIn(phone)
  await desktop.goto('/login')
  const { url, id } = await readCode(desktop)
  await rows.age(id, 30)
  await phone.goto(url)
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
})

test('a decision that comes too late is told that the code has expired', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/410 .* @ \/api\/login\/.*\/confirm/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await rows.age(id, 301)
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(ending(phone, 'expired')).toBeVisible()
  await expect(letters(desktop)).toBeVisible()
  expect((await readCode(desktop)).id).not.toBe(id)
  expect(await rows.sessionsOf(id)).toEqual([])
})

test('an approval that the desktop does not use within a minute is worth nothing', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/ERR_INTERNET_DISCONNECTED/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await desktop.context().setOffline(true)
  await expect(status(desktop)).toHaveText(t.faults.offline)
  await approve(phone)
  await rows.age(id, 61)
  await desktop.context().setOffline(false)
  await expect(letters(desktop)).toBeVisible()
  expect((await readCode(desktop)).id).not.toBe(id)
  expect(await rows.sessionsOf(id)).toEqual([])
})

test('a second phone hears that another one was first', async ({ desktop, openPhone, phone, trouble }) => {
  trouble.expect(/409 .* @ \/api\/login\/scan/)
  const second = await openPhone()
  await signedIn(phone)
  await signedIn(second)
  await desktop.goto('/login')
  const { url } = await scan(phone, desktop)
  await second.goto(url)
  await expect(ending(second, 'already_scanned')).toBeVisible()
  await approve(phone)
  await arrived(desktop)
})

test('“Not me” on the desktop ends it for the phone, and shows a new code at once', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/409 .* @ \/api\/login\/.*\/confirm/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await desktop.getByRole('button', { name: t.login.notMe }).click()
  await expect(status(desktop)).toHaveText(t.login.stopped)
  await expect(desktop.getByRole('heading', { level: 1 })).toBeFocused()
  expect((await readCode(desktop)).id).not.toBe(id)
  await expect.poll(() => rows.request(id)).toMatchObject({ state: 'rejected', reason: 'not_me' })
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(ending(phone, 'not_me')).toBeVisible()
})

test('a code that was used is told to be used', async ({ desktop, openPhone, phone, trouble }) => {
  trouble.expect(/409 .* @ \/api\/login\/scan/)
  const second = await openPhone()
  await signedIn(phone)
  await signedIn(second)
  await desktop.goto('/login')
  const { url } = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await second.goto(url)
  await expect(ending(second, 'already_used')).toBeVisible()
})

for (const [name, leave] of [
  ['its tab is closed', (desktop: Page) => desktop.close({ runBeforeUnload: true })],
  [
    'it goes to another page',
    (desktop: Page) => desktop.getByRole('link', { name: t.login.password }).click(),
  ],
] as const)
  test(`the desktop takes its code back when ${name}`, async ({ desktop, phone, rows, trouble }) => {
    trouble.expect(/409 .* @ \/api\/login\/.*\/confirm/)
    await signedIn(phone)
    await desktop.goto('/login')
    const { id } = await scan(phone, desktop)
    await expect(status(desktop)).toHaveText(t.login.scanned)
    await leave(desktop)
    await expect.poll(() => rows.request(id)).toMatchObject({ state: 'rejected', reason: 'withdrawn' })
    await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
    await expect(ending(phone, 'withdrawn')).toBeVisible()
  })

test('a phone that is signed out elsewhere can’t approve what it scanned', async ({
  desktop,
  phone,
  trouble,
}) => {
  trouble.expect(/401 .* @ \/api\/login\/.*\/confirm/)
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  const tab = await phone.context().newPage()
  await tab.goto('/')
  await tab.getByRole('button', { name: t.home.signOut }).click()
  await expect(tab).toHaveURL('/login')
  await expect(status(desktop)).toHaveText(t.login.rejected.session_ended)
  await phone.bringToFront()
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(ending(phone, 'session_ended')).toBeVisible()
})

test('a desktop without a network says so, and goes on by itself', async ({ desktop, phone, trouble }) => {
  trouble.expect(/ERR_INTERNET_DISCONNECTED/)
  await signedIn(phone)
  await desktop.goto('/login')
  await readCode(desktop)
  await desktop.context().setOffline(true)
  await expect(status(desktop)).toHaveText(t.faults.offline)
  await expect(desktop.getByRole('img', { name: t.login.image })).toHaveCount(0)
  await desktop.context().setOffline(false)
  await expect(status(desktop)).toBeEmpty()
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
})

test('a desktop that was limited counts the wait down, and goes on by itself', async ({
  openDesktop,
  openPhone,
  startServer,
  trouble,
}) => {
  const strictServer = await startServer({ limits: true })
  trouble.expect(/429 .* @ \/api\/login$/)
  test.setTimeout(120_000)
  const desktop = await openDesktop({ server: strictServer })
  const phone = await openPhone({ server: strictServer })
  await signedIn(phone)
  await desktop.goto('/signin')
  const opened = await desktop.evaluate(async () => {
    for (let count = 0; ; count++)
      if ((await fetch('/api/login', { method: 'POST' })).status === 429) return count
  })
  expect(opened).toBe(60)

  await desktop.goto('/login')
  await expect(status(desktop)).toHaveText(t.login.limited)
  const wait = desktop.getByText(/^Trying again in \d+ s\.$/)
  const seconds = async () => Number(/\d+/.exec(await wait.innerText())?.[0])
  const first = await seconds()
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThanOrEqual(60)
  await expect.poll(seconds).toBeLessThan(first)

  await expect(letters(desktop)).toBeVisible({ timeout: 65_000 })
  await expect(status(desktop)).toBeEmpty()
  await letIn(phone, desktop)
})
