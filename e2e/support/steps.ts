/** The steps that most stories have in common. */
import { expect, type Locator, type Page } from '@playwright/test'
import type { Client } from './client'
import { approval } from './client'
import { readCode } from './qr'
import { messages, say, type Words } from './words'

/** The page's live region. */
export const status = (page: Page): Locator => page.getByRole('status')

/** The phone scans what the desktop shows, and sees what it is asked. */
export async function scan(
  phone: Page,
  desktop: Page,
  words: Words = messages,
): Promise<{ url: string; id: string }> {
  const code = await readCode(desktop, words)
  await phone.goto(code.url)
  await expect(phone.getByRole('heading', { name: words.scan.confirm.title })).toBeVisible()
  return code
}

export async function approve(phone: Page, words: Words = messages): Promise<void> {
  await phone.getByRole('button', { name: words.scan.confirm.approve, exact: true }).click()
  await expect(phone.getByRole('heading', { name: words.scan.done.title })).toBeVisible()
}

/** The numbers that the phone may choose from. */
export const numbers = (phone: Page): Locator => phone.getByRole('button', { name: /^[1-9]\d$/ })

/** The one-time code that the phone shows; three numbers to choose from are six digits as well. */
export const codeShown = (phone: Page): Locator =>
  phone.getByText(/^\s*\d{3}\s?\d{3}\s*$/).filter({ hasNot: phone.getByRole('button') })

/** The number that the desktop shows, as its live region says it. */
export async function shownNumber(desktop: Page): Promise<string> {
  const said = status(desktop)
  await expect(said).toHaveText(/\b[1-9]\d\b/)
  return /\b[1-9]\d\b/.exec(await said.innerText())![0]
}

/** The phone taps the number that the desktop shows. */
export async function approveByNumber(phone: Page, desktop: Page): Promise<void> {
  await numbers(phone)
    .filter({ hasText: await shownNumber(desktop) })
    .click()
}

/** The phone taps a number that the desktop does not show. */
export async function pickWrong(phone: Page, desktop: Page): Promise<void> {
  await numbers(phone)
    .filter({ hasNotText: await shownNumber(desktop) })
    .first()
    .click()
}

/** The desktop has said who signed in, and left the sign-in page. */
export async function arrived(desktop: Page, path = '/'): Promise<void> {
  await desktop.waitForURL((url) => url.pathname + url.search === path)
}

/**
 * Waits for the words that the page shows for a moment before it leaves. Begin before the phone approves. The page
 * itself watches for them: a locator looks only every half second.
 */
export function farewell(desktop: Page, name: string, words: Words = messages): Promise<void> {
  return desktop.evaluate(
    (text) =>
      new Promise<void>((resolve) => {
        const look = () => document.body.textContent.includes(text) && resolve()
        new MutationObserver(look).observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
        })
        look()
      }),
    say(words.login.consumed, { name }),
  )
}

/** From the sign-in page to signed in: a desktop that a phone lets in. */
export async function letIn(phone: Page, desktop: Page): Promise<{ id: string }> {
  await desktop.goto('/login')
  const code = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  return code
}

/** The same from a phone without a page: for tests that are about the desktop. */
export async function letInBy(phone: Client, url: string, choice: object = {}): Promise<string> {
  const { body } = await phone.post('/api/login/scan', { code: url.split('/scan/')[1] })
  const scanned = body as { id: string; scanToken: string }
  const confirmed = await phone.post(`/api/login/${scanned.id}/confirm`, {
    ...approval(scanned.scanToken),
    ...choice,
  })
  expect(confirmed.status).toBe(200)
  return scanned.id
}

/** The calls that a page makes from here on which may change something, as they are made. */
export function changingCalls(page: Page): string[] {
  const calls: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') calls.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return calls
}

/** Presses Tab until `goal` has the focus. */
export async function tabTo(page: Page, goal: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    if (await goal.evaluate((element) => element === document.activeElement)) return
  }
  await expect(goal).toBeFocused()
}

/** True where the browser is sent to the sign-in page when it asks for a page of its account. */
export async function isSignedOut(page: Page): Promise<boolean> {
  await page.goto('/account')
  return new URL(page.url()).pathname === '/login'
}
