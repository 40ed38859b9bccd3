/** The link in a notice's mail: good for whoever holds it, by a press, once. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { notMeLink } from './support/links'
import { signedIn } from './support/people'
import { changingCalls, isSignedOut, letIn } from './support/steps'
import { messages as t } from './support/words'

const button = (page: Page) => page.getByRole('button', { name: t.notMe.submit })
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })
const USED = /404 .* @ \/api\/report/

test('whoever holds the link sees the sign-in and ends it, signed in or not', async ({
  desktop,
  openPhone,
  phone,
  rows,
  server,
  trouble,
}) => {
  trouble.expect(USED)
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const link = notMeLink(server, await rows.noticeBy(id))
  const anyone = await openPhone()
  await anyone.goto(link)
  await expect(heading(anyone, t.notMe.title)).toBeVisible()
  const page = anyone.getByRole('main')
  await expect(page).toContainText('Chrome on Windows')
  await expect(page).toContainText(/today \d+:\d\d/)
  await expect(page).toContainText(t.notMe.qr)
  await expect(page).toContainText('Safari on iOS')
  await expect(page).not.toContainText(person.email)
  await expect(page).not.toContainText(person.name)
  await expect(page).not.toContainText(/127\.0\.0\.1|::1/)
  await button(anyone).click()
  await expect(heading(anyone, t.notMe.done.title)).toBeFocused()
  await expect(page).toContainText("Ended: that device. It can't ask you again for 30 days.")
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)

  await anyone.reload()
  await expect(heading(anyone, t.notMe.over.title)).toBeVisible()
  await expect(button(anyone)).toHaveCount(0)
  await anyone.getByRole('link', { name: t.notMe.sessions }).click()
  await expect(anyone).toHaveURL('/login?next=%2Fsessions')
})

test('what follows takes a sign-in', async ({ desktop, openPhone, phone, rows, server }) => {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const anyone = await openPhone()
  await anyone.goto(notMeLink(server, await rows.noticeBy(id)))
  await button(anyone).click()
  await anyone.getByRole('link', { name: t.notMe.done.password }).click()
  await expect(anyone).toHaveURL('/login?next=%2Faccount')
})

test('nothing but a press changes anything: not opening it, not fetching it, not a script of a scanner', async ({
  desktop,
  openDesktop,
  phone,
  rows,
  server,
}) => {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const link = notMeLink(server, await rows.noticeBy(id))
  const before = await rows.everything()
  const scanner = await openDesktop()
  const sent = changingCalls(scanner)
  for (let times = 0; times < 2; times++) {
    await scanner.goto('about:blank')
    await scanner.goto(link)
    await expect(button(scanner)).toBeEnabled()
    await scanner.waitForLoadState('networkidle')
  }
  expect(sent).toEqual(['POST /api/report/look', 'POST /api/report/look'])
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    for (const path of ['/not-me', '/api/report', '/api/report/look'])
      await scanner.request.fetch(path, { method, maxRedirects: 0 })
  await scanner.request.post('/not-me', { form: { token: link.split('#')[1]! }, maxRedirects: 0 })
  const forged = await scanner.request.post('/api/report', {
    data: { token: link.split('#')[1] },
    headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://attacker.example' },
  })
  expect(forged.status()).toBe(403)
  expect(await rows.everything()).toEqual(before)
  await expect(button(scanner)).toBeEnabled()
})

test('a link that is made up, too old or missing says so calmly', async ({
  desktop,
  openPhone,
  phone,
  rows,
  server,
  trouble,
}) => {
  trouble.expect(USED, /400 .* @ \/api\/report\/look/)
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const { id: sessionId } = await rows.sessionOf(id)
  const link = notMeLink(server, await rows.noticeOf(sessionId))
  const anyone = await openPhone()
  await anyone.goto('/not-me')
  await expect(heading(anyone, t.notMe.none.title)).toBeVisible()
  for (const made of ['#nonsense', `#${'A'.repeat(22)}.${'A'.repeat(43)}`, `${link.slice(7, -1)}_`]) {
    await anyone.goto(`/not-me${made}`)
    await expect(heading(anyone, t.notMe.over.title)).toBeVisible()
  }
  // Another link in the same tab: the address changes behind the # alone.
  await anyone.goto(link)
  await expect(button(anyone)).toBeVisible()
  await rows.ageSession(sessionId, 7 * 86_400)
  await button(anyone).click()
  await expect(heading(anyone, t.notMe.over.title)).toBeFocused()
  expect(await isSignedOut(desktop)).toBe(false)
})

test('two presses on two devices end it once', async ({
  desktop,
  openPhone,
  phone,
  rows,
  server,
  trouble,
}) => {
  trouble.expect(USED)
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const link = notMeLink(server, await rows.noticeBy(id))
  const holders = [await openPhone(), await openPhone()]
  for (const holder of holders) await holder.goto(link)
  // A page that looks at the link once it is used has no button.
  for (const holder of holders) await expect(button(holder)).toBeVisible()
  await Promise.all(holders.map((holder) => button(holder).click()))
  const over = holders.map((holder) =>
    heading(holder, t.notMe.done.title).or(heading(holder, t.notMe.over.title)),
  )
  for (const end of over) await expect(end).toBeVisible()
  const words = await Promise.all(over.map((end) => end.innerText()))
  expect(words.sort()).toEqual([t.notMe.done.title, t.notMe.over.title].sort())
})
