/** Visitors who are tricked into an approval: by frames, by clicks that land elsewhere, by links that go ahead of them. */
import type { Locator, Page } from '@playwright/test'
import {
  at,
  call,
  ELSEWHERE,
  expect,
  observed,
  outcomeFor,
  outcomeIf,
  test,
  VICTIM,
} from '../support/attacks'
import { signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { changingCalls, numbers, scan, shownNumber } from '../support/steps'
import { messages as t } from '../support/words'
import { POLICIES } from './catalogue'

test.use({ policy: 'off' })

/** Few click twice more slowly. */
const LATE_CLICK_MS = 500

/** The attacker's own browser shows a code. */
async function showCode(attacker: Page): Promise<{ url: string; id: string }> {
  await attacker.goto('/login')
  return readCode(attacker)
}

test('a foreign page can’t frame the approval', async ({ foreign, openDesktop, phone, rows, trouble }) => {
  trouble.expect(/another origin/, /frame-ancestors 'none'/)
  await signedIn(phone)
  const { url, id } = await showCode(await openDesktop(at(ELSEWHERE)))
  const refusal = phone.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
  await phone.goto(await foreign(`<!doctype html><iframe src="${url}"></iframe>`))
  await refusal
  await expect(phone.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveCount(0)
  observed('clickjacking', outcomeIf((await rows.request(id)).state !== 'new')).toBe('stopped')
})

/** What approves: where a number is asked for, the right one. */
async function approving(phone: Page, attacker: Page): Promise<Locator> {
  if ((await numbers(phone).count()) === 0)
    return phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })
  return numbers(phone).filter({ hasText: await shownNumber(attacker) })
}

for (const policy of POLICIES)
  test.describe(`with the policy ${policy}`, () => {
    test.use({ policy })

    test('a click that was meant for a window in front falls on an approval that sleeps', async ({
      openDesktop,
      phone,
      rows,
    }) => {
      await signedIn(phone)
      await phone.clock.install()
      const attacker = await openDesktop(at(ELSEWHERE))
      await attacker.goto('/login')
      const { id } = await scan(phone, attacker)
      const approve = await approving(phone, attacker)
      await expect(approve).toBeEnabled()
      const calls = changingCalls(phone)
      await phone.clock.pauseAt(await phone.evaluate(() => Date.now() + 1000))
      // Another window comes before the page. With the first click of two it goes, and the second one lands here.
      await phone.evaluate(() => window.dispatchEvent(new Event('blur')))
      await expect(approve).toBeDisabled()
      await approve.evaluate((button: HTMLElement) => {
        window.dispatchEvent(new Event('focus'))
        button.click()
      })
      // A slow second click.
      await phone.clock.runFor(LATE_CLICK_MS)
      await approve.dispatchEvent('click')
      await expect(approve).toBeDisabled()
      expect(calls).toEqual([])
      expect((await rows.request(id)).state).toBe('scanned')
      observed('doubleClick', await outcomeFor(attacker), [policy]).toBe('stopped')
      await phone.clock.resume()
      await approve.click()
      await expect.poll(async () => (await rows.request(id)).state).not.toBe('scanned')
      expect(calls).toEqual([`POST /api/login/${id}/confirm`])
    })
  })

test('a visitor who is sent to the approval approves nothing, and the desktop learns no name', async ({
  foreign,
  openDesktop,
  openPhone,
  rows,
  trouble,
}) => {
  trouble.expect(/another origin/)
  const phone = await openPhone(at(VICTIM))
  const { name, email } = await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  const { url, id } = await showCode(attacker)
  const page = `<!doctype html><script>location.href = ${JSON.stringify(url)}</script>`
  await phone.goto(await foreign(page), { waitUntil: 'commit' })
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  expect((await rows.request(id)).state).toBe('scanned')

  const { body: view } = await call(attacker, 'GET', `/api/login/${id}`)
  const facts = { name, 'e-mail address': email, address: VICTIM, system: 'iOS', initials: '"AL"' }
  const said = JSON.stringify(view)
  const learned = Object.entries(facts).flatMap(([fact, value]) => (said.includes(value) ? [fact] : []))
  const outcome = `${await outcomeFor(attacker)}; the desktop learns the ${learned.join(', ')}`
  observed('driveBy', outcome).toBe('stopped; the desktop learns the initials')
})

test('what fetches a link ahead of a person claims nothing', async ({
  foreign,
  openDesktop,
  openPhone,
  rows,
  trouble,
}) => {
  trouble.expect(/another origin/, /Failed to load resource|speculation/i)
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const { url, id } = await showCode(await openDesktop(at(ELSEWHERE)))
  expect((await phone.request.get(url)).status()).toBe(200)
  expect((await phone.request.head(url)).status()).toBe(200)
  const rules = JSON.stringify({
    prefetch: [{ source: 'list', urls: [url], eagerness: 'immediate' }],
    prerender: [{ source: 'list', urls: [url], eagerness: 'immediate' }],
  })
  const fetched = phone.waitForRequest(url)
  await phone.goto(
    await foreign(`<!doctype html><link rel="prefetch" href="${url}">
      <script type="speculationrules">${rules}</script>`),
  )
  await fetched

  // A page that is rendered ahead, or in a tab behind: its scripts run, and nobody sees it.
  for (const [name, value] of [
    ['prerendering', true],
    ['visibilityState', 'hidden'],
  ] as const) {
    const tab = await phone.context().newPage()
    await tab.addInitScript(
      ({ name, value }) => Object.defineProperty(document, name, { get: () => value }),
      { name, value },
    )
    await tab.goto(url)
    await expect(tab.getByText(t.scan.checking)).toBeVisible()
    await expect(tab.getByRole('contentinfo').getByRole('combobox')).toBeEnabled()
    await tab.close()
  }
  observed('fetchedAhead', outcomeIf((await rows.request(id)).state !== 'new')).toBe('stopped')
})
