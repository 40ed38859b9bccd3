/** The page on which a person decides. */
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { PHONE, setSeen } from './support/browsers'
import { signedIn, signedInAgain, type Person } from './support/people'
import { readCode } from './support/qr'
import {
  approve,
  approveByNumber,
  arrived,
  isSignedOut,
  numbers,
  scan,
  shownNumber,
  status,
  tabTo,
} from './support/steps'
import { inChinese, messages as t, say } from './support/words'

const HOUR_MS = 3_600_000

let person: Person

test.beforeEach(async ({ desktop, phone }) => {
  person = await signedIn(phone)
  await desktop.goto('/login')
})

/** The account signs in on the desktop and is gone from it again; its sign-in page is open as before. */
async function becomesKnown(desktop: Page): Promise<void> {
  await signedInAgain(desktop, person)
  await desktop.context().clearCookies({ name: 'qrl-session' })
  await desktop.goto('/login')
}

test('shows what asks, from where and since when, and whose account it would enter', async ({
  desktop,
  phone,
  rows,
}) => {
  const { id } = await scan(phone, desktop)
  await expect(phone.getByText('Chrome on Windows')).toBeVisible()
  const address = (await rows.request(id)).desktopAddress ?? 'none'
  await expect(phone.getByText(say(t.device.loopback, { address }), { exact: true })).toBeVisible()
  await expect(phone.getByText(t.scan.confirm.askedNow)).toBeVisible()
  await expect(phone.getByText(/^You are Ada Lovelace \(.+@example\.org\)$/)).toBeVisible()
  await expect(phone.getByText(t.scan.confirm.support)).toBeVisible()
  await expect(phone.getByRole('button', { name: t.scan.confirm.decline, exact: true })).toBeEnabled()
})

test('an address that nobody vouches for is shown as undetermined', async ({ openDesktop, phone }) => {
  const desktop = await openDesktop({ extraHTTPHeaders: { 'X-Forwarded-For': '203.0.113.7' } })
  await desktop.goto('/login')
  await scan(phone, desktop)
  await expect(phone.getByText(t.scan.confirm.addressUnknown)).toBeVisible()
  await expect(phone.getByText('203.0.113.7')).toHaveCount(0)
})

test('the code is gone from the address bar and from the history', async ({ desktop, phone }) => {
  await phone.goto('/')
  const { id, url } = await scan(phone, desktop)
  await expect(phone).toHaveURL(`/scan/${id}`)
  await phone.goBack()
  await expect(phone).toHaveURL('/')
  await phone.goForward()
  await expect(phone).toHaveURL(`/scan/${id}`)
  expect(await phone.content()).not.toContain(url.split('.').at(-1) ?? url)
})

test('keeps working after a reload', async ({ desktop, phone }) => {
  await scan(phone, desktop)
  await phone.reload()
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await approve(phone)
  await arrived(desktop)
})

test('a page that an other tab has outdated can be checked again', async ({ desktop, phone, trouble }) => {
  trouble.expect(/409 .* @ \/api\/login\/.*\/confirm/)
  const { id } = await scan(phone, desktop)
  const tab = await phone.context().newPage()
  await tab.goto(`/scan/${id}`)
  await expect(tab.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.outdated.title })).toBeVisible()
  await phone.getByRole('button', { name: t.scan.action.again }).click()
  await approve(phone)
  await arrived(desktop)
})

test('declining ends it on both sides', async ({ desktop, phone, rows }) => {
  const { id } = await scan(phone, desktop)
  await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.declined.title })).toBeVisible()
  await expect(phone.getByText(t.scan.end.declined.body)).toBeVisible()
  await expect(status(desktop)).toHaveText(t.login.rejected.declined)
  await expect(phone.getByRole('heading', { name: t.scan.end.declined.title })).toBeFocused()
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'declined' })
  expect(await rows.sessionsOf(id)).toEqual([])

  await desktop.getByRole('button', { name: t.login.newCode }).click()
  await expect(desktop.getByRole('heading', { level: 1 })).toBeFocused()
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
})

test('reporting declines as well, without a second question', async ({ desktop, phone, rows }) => {
  const { id } = await scan(phone, desktop)
  await phone.getByRole('button', { name: t.scan.confirm.report }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.reported.title })).toBeFocused()
  await expect(phone.getByText(t.scan.end.reported.body)).toBeVisible()
  await expect(status(desktop)).toHaveText(t.login.rejected.declined)
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'declined' })
})

/** Goes away from the page and comes back, in each way, with its clock in hand; what approves sleeps for a while then. */
async function sleepsWhenLeft(phone: Page, approving: Locator): Promise<void> {
  const button = (name: string) => phone.getByRole('button', { name, exact: true })
  const calls: string[] = []
  phone.on('request', (request) => calls.push(request.url()))
  await expect(approving).toBeEnabled()
  await phone.clock.pauseAt(await phone.evaluate(() => Date.now() + 1000))

  const leave = () => phone.evaluate(() => window.dispatchEvent(new Event('blur')))
  const comeBack = () => phone.evaluate(() => window.dispatchEvent(new Event('focus')))
  const hide = () => setSeen(phone, false)
  const show = () => setSeen(phone, true)
  for (const [away, back] of [
    [leave, comeBack],
    [hide, show],
  ] as const) {
    await away()
    await expect(approving).toBeDisabled()
    await phone.clock.runFor(2000)
    await back()
    await phone.clock.runFor(650)
    await expect(approving).toBeDisabled()
    await approving.dispatchEvent('click')
    await button(t.scan.confirm.report).dispatchEvent('click')
    await expect(button(t.scan.confirm.decline)).toBeEnabled()
    await phone.clock.runFor(100)
    await expect(approving).toBeEnabled()
  }
  expect(calls).toEqual([])
  await phone.clock.resume()
}

test('what approves or reports sleeps until the page was in front for a while', async ({
  desktop,
  phone,
}) => {
  await phone.clock.install()
  await scan(phone, desktop)
  await sleepsWhenLeft(phone, phone.getByRole('button', { name: t.scan.confirm.approve, exact: true }))
  await approve(phone)
  await arrived(desktop)
})

test('so do the numbers', async ({ openDesktop, openPhone, startServer }) => {
  const server = await startServer({ policy: 'adaptive' })
  const desktop = await openDesktop({ server })
  const phone = await openPhone({ server })
  await signedIn(phone)
  await desktop.goto('/login')
  await phone.clock.install()
  await scan(phone, desktop)
  await expect(numbers(phone)).toHaveCount(3)
  await sleepsWhenLeft(phone, numbers(phone).filter({ hasText: await shownNumber(desktop) }))
  await approveByNumber(phone, desktop)
  await arrived(desktop)
})

test('“Sign it out again” takes an approval back', async ({ desktop, phone, rows, trouble }) => {
  trouble.expect(/409 .* @ \/api\/login\/.*\/reject/)
  const { id } = await scan(phone, desktop)
  await approve(phone)
  await expect(phone.getByText("You're signed in on Chrome on Windows.")).toBeVisible()
  await arrived(desktop)
  await phone.getByRole('button', { name: t.scan.done.undo }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.taken_back.title })).toBeVisible()
  expect(await isSignedOut(desktop)).toBe(true)
  expect((await rows.sessionOf(id)).endReason).toBe('revoked')
})

test('what previews a link, without a script, changes nothing', async ({
  browser,
  desktop,
  phone,
  rows,
  server,
}) => {
  const { url, id } = await readCode(desktop)
  await phone.goto('/')
  const before = await rows.everything()

  expect((await phone.request.get(url)).status()).toBe(200)
  expect((await phone.request.head(url)).status()).toBe(200)
  const preview = await browser.newContext({
    ...PHONE,
    baseURL: server.url,
    javaScriptEnabled: false,
    storageState: await phone.context().storageState(),
  })
  const page = await preview.newPage()
  await page.goto(url)
  await expect(page.locator('noscript p')).toBeVisible()
  await expect(page.getByText(t.scan.checking)).toBeHidden()
  await preview.close()

  expect(await rows.everything()).toEqual(before)
  expect((await rows.request(id)).state).toBe('new')
  await scan(phone, desktop)
})

test('a short screen shows what support never asks, and no focus goes behind the bar', async ({
  desktop,
  phone,
}) => {
  await phone.setViewportSize({ width: 375, height: 553 })
  await scan(phone, desktop)
  const approveButton = phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })
  const bar = phone.locator('[data-bar]')
  const edges = async () => ({
    support: await phone.getByText(t.scan.confirm.support).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect()
      return { top, bottom }
    }),
    bar: await bar.evaluate((element) => element.getBoundingClientRect().top),
  })
  const { support, bar: barTop } = await edges()
  expect(support.top).toBeGreaterThanOrEqual(0)
  expect(support.bottom).toBeLessThanOrEqual(barTop)
  await expect(approveButton).toBeInViewport({ ratio: 1 })

  for (const key of ['Tab', 'Shift+Tab'])
    for (let presses = 0; presses < 12; presses++) {
      await phone.keyboard.press(key)
      const covered = await bar.evaluate((element) => {
        const focused = document.activeElement
        if (!focused || focused === document.body || element.contains(focused)) return null
        const { top, bottom } = focused.getBoundingClientRect()
        const bar = element.getBoundingClientRect()
        return bottom > bar.top && top < bar.bottom ? focused.outerHTML : null
      })
      expect(covered, `${key} ${presses}`).toBeNull()
    }
})

test('the two stays stand on one line from 360 px on', async ({ desktop, phone }) => {
  await phone.setViewportSize({ width: 360, height: 640 })
  await scan(phone, desktop)
  const tops = await phone
    .getByRole('radio')
    .evaluateAll((radios) => radios.map((radio) => radio.getBoundingClientRect().top))
  expect(new Set(tops).size).toBe(1)
})

test('a change of the language keeps what was chosen', async ({ desktop, phone }) => {
  await scan(phone, desktop)
  await phone.getByRole('radio', { name: t.scan.confirm.stay7d }).check()
  await phone.getByLabel(t.scan.confirm.derived).uncheck()
  await phone.getByLabel(t.language.label).selectOption('zh')
  await expect(phone.getByRole('heading', { name: inChinese.words.scan.confirm.title })).toBeVisible()
  await expect(phone.getByRole('radio', { name: inChinese.words.scan.confirm.stay7d })).toBeChecked()
  await expect(phone.getByLabel(inChinese.words.scan.confirm.derived)).not.toBeChecked()
})

test('can be approved with the keyboard alone', async ({ desktop, phone }) => {
  await scan(phone, desktop)
  const approveButton = phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })
  await tabTo(phone, approveButton)
  await expect(approveButton).toBeEnabled()
  await phone.keyboard.press('Enter')
  await expect(phone.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  await arrived(desktop)
})

test('signing out of the phone ends the desktop with its next request', async ({ desktop, phone, rows }) => {
  const { id } = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await phone.goto('/')
  await phone.getByRole('button', { name: t.home.signOut }).click()
  await expect(phone).toHaveURL('/login')
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await rows.sessionOf(id)).toMatchObject({ kind: 'derived', endReason: 'signed_out' })
})

test('a desktop that was let in to stay on its own does', async ({ desktop, phone, rows }) => {
  const { id } = await scan(phone, desktop)
  await phone.getByLabel(t.scan.confirm.derived).uncheck()
  await approve(phone)
  await arrived(desktop)
  await phone.goto('/')
  await phone.getByRole('button', { name: t.home.signOut }).click()
  await expect(phone).toHaveURL('/login')
  expect(await isSignedOut(desktop)).toBe(false)
  expect(await rows.sessionOf(id)).toMatchObject({ kind: 'independent', endedAt: null })
})

for (const [label, hours, isKnown] of [
  [t.scan.confirm.stay12h, 12, false],
  [t.scan.confirm.stay7d, 7 * 24, false],
  [t.scan.confirm.stay30d, 30 * 24, true],
] as const)
  test(`a stay of ${label} is what the session gets`, async ({ desktop, phone, rows }) => {
    if (isKnown) await becomesKnown(desktop)
    const { id } = await scan(phone, desktop)
    await expect(phone.getByRole('radio')).toHaveCount(2)
    await phone.getByRole('radio', { name: label }).check()
    await approve(phone)
    await arrived(desktop)
    const session = await rows.sessionOf(id)
    const stay = Date.parse(session?.expiresAt ?? '') - Date.parse(session?.createdAt ?? '')
    expect(Math.round(stay / HOUR_MS)).toBe(hours)
    expect((await rows.request(id)).staySeconds).toBe(hours * 3600)
  })
