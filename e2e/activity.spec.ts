/** What happened in an account: seen, filtered, saved, and undone. */
import fs from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { givePassword, sessionIdOf, signedIn } from './support/people'
import { isSignedOut, letIn, scan, status } from './support/steps'
import { messages as t } from './support/words'

const list = (page: Page) => page.getByRole('list', { name: t.activity.list })
const entries = (page: Page) => list(page).getByRole('listitem')
const entry = (page: Page, words: string) => entries(page).filter({ hasText: words })
const notMine = (page: Page) => list(page).getByRole('button', { name: t.activity.notMine })
const more = (page: Page) => page.getByRole('button', { name: t.activity.more })

test('it tells what happened, how it ended, when, on which device, and from where', async ({
  openDesktop,
  openPhone,
  startServer,
}) => {
  const utrecht = { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' }
  const server = await startServer({ behindProxy: true, places: { '203.0.113.0/24': utrecht } })
  const from = (address: string) => ({ server, extraHTTPHeaders: { 'X-Forwarded-For': address } })
  const phone = await openPhone(from('198.51.100.20'))
  const desktop = await openDesktop(from('203.0.113.7'))
  await signedIn(phone)
  await letIn(phone, desktop)
  await desktop.context().clearCookies()
  await desktop.goto('/login')
  await scan(phone, desktop)
  await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.declined.title })).toBeVisible()

  await phone.goto('/')
  await phone.getByRole('link', { name: t.home.activity }).click()
  await expect(entries(phone)).toHaveText([
    /You declined Chrome on Windows.*Stopped · today .* · on Safari on iOS.*From 198\.51\.100\.20/,
    /You scanned the code of Chrome on Windows/,
    /Signed in on Chrome on Windows by scanning a code.*Done · today .*From Utrecht, Netherlands\s· 203\.0\.113\.7/,
    /You approved Chrome on Windows.*Done · today .* · on Safari on iOS.*From 198\.51\.100\.20/,
    /You scanned the code of Chrome on Windows/,
    /Signed in on Safari on iOS with a password/,
    /The account was created/,
  ])
  await expect(phone.getByText(t.activity.end, { exact: true })).toBeVisible()
})

test('filters stand in the address, and an empty one says so', async ({ desktop, phone }) => {
  await signedIn(phone)
  await phone.goto('/activity')
  await expect(entries(phone)).toHaveCount(2)
  const filter = phone.getByRole('navigation', { name: t.activity.filter })
  await filter.getByRole('link', { name: t.activity.approvals }).click()
  await expect(phone).toHaveURL('/activity?of=approvals')
  await expect(phone.getByText(t.activity.empty)).toBeVisible()
  await expect(filter.locator('[aria-current]')).toHaveText(t.activity.approvals)
  await filter.getByRole('link', { name: t.activity.account }).click()
  await expect(entries(phone)).toHaveText([/The account was created/])
  await phone.reload()
  await expect(entries(phone)).toHaveText([/The account was created/])
  await phone.goto('/activity?of=anything')
  await expect(entries(phone)).toHaveCount(2)

  await desktop.goto('/activity')
  await expect(desktop).toHaveURL('/login?next=%2Factivity')
})

test('a long log comes a part at a time, to its end', async ({ phone, rows }) => {
  await signedIn(phone)
  await rows.note(await sessionIdOf(phone), 110)
  await phone.goto('/activity')
  await expect(entries(phone)).toHaveCount(50)
  await more(phone).click()
  await expect(entries(phone)).toHaveCount(100)
  await expect(status(phone)).toHaveText('50 more entries.')
  await expect(more(phone)).toBeFocused()
  await more(phone).click()
  await expect(entries(phone)).toHaveCount(112)
  await expect(more(phone)).toHaveCount(0)
  await expect(phone.getByText(t.activity.end, { exact: true })).toBeFocused()
  await expect(entries(phone).last()).toContainText('The account was created')
})

test('all of it can be saved as a file', async ({ openPhone, phone, rows }) => {
  const person = await signedIn(phone)
  await rows.note(await sessionIdOf(phone), 700)
  await signedIn(await openPhone())
  await phone.goto('/activity')
  const coming = phone.waitForEvent('download')
  await phone.getByRole('link', { name: t.activity.download }).click()
  const download = await coming
  expect(download.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.json$/)
  const saved = JSON.parse(fs.readFileSync(await download.path(), 'utf8')) as {
    account: string
    entries: { type: string; id: number }[]
  }
  expect(saved.account).toBe(person.email)
  expect(saved.entries).toHaveLength(702)
  expect(new Set(saved.entries.map(({ id }) => id)).size).toBe(702)
  expect(saved.entries.at(-1)!.type).toBe('account_created')
})

test('a sign-in that was not one’s own is undone here, with what it let in', async ({
  desktop,
  openDesktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/.*\/confirm/)
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const third = await openDesktop()
  await third.goto('/login')
  await scan(desktop, third)
  await desktop.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await givePassword(desktop, person)
  await expect(third).toHaveURL('/')

  await phone.goto('/activity')
  const { id: sessionId } = await rows.sessionOf(id)
  expect((await rows.session(sessionId)).endedAt).toBeNull()
  await expect(notMine(phone)).toHaveCount(2)
  await notMine(phone).last().click()
  await phone.getByRole('dialog').getByRole('button', { name: t.notMe.submit }).click()
  const done = phone.getByRole('dialog', { name: t.notMe.done.title })
  await expect(done).toContainText('Ended: that device and 1 that it let in.')
  await done.getByRole('button', { name: t.notMe.done.close }).click()
  await expect(notMine(phone)).toHaveCount(0)
  await expect(entry(phone, 'The sign-in on Chrome on Windows was reported')).toContainText(
    t.activity.stopped,
  )
  await expect(entry(phone, 'Chrome on Windows was signed out, as it was reported')).toHaveCount(2)
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(third)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)
})

test('a desktop that was let in reports others only with the password', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/sessions\/.*\/report/)
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  await desktop.goto('/activity')
  // On probation it sees what it did itself.
  await expect(entries(desktop)).toHaveCount(1)
  await expect(notMine(desktop)).toHaveCount(0)
  await rows.ageSession((await rows.sessionOf(id)).id, 86_400)
  await desktop.reload()
  // Of itself it can't say so.
  await expect(notMine(desktop)).toHaveCount(1)
  await notMine(desktop).click()
  await desktop.getByRole('dialog').getByRole('button', { name: t.notMe.submit }).click()
  const password = desktop.getByRole('dialog', { name: t.reauthenticate.title })
  await expect(password).toBeVisible()
  await expect(desktop.locator('dialog[open]')).toHaveCount(1)
  await password.getByRole('button', { name: t.common.cancel }).click()
  expect(await isSignedOut(phone)).toBe(false)
  await notMine(desktop).click()
  await desktop.getByRole('dialog').getByRole('button', { name: t.notMe.submit }).click()
  await givePassword(desktop, person)
  await expect(desktop.getByRole('dialog', { name: t.notMe.done.title })).toBeVisible()
  expect(await isSignedOut(phone)).toBe(true)
  // It came out of the phone's session, and stands on its own now.
  expect(await isSignedOut(desktop)).toBe(false)
})

test('it reads the same in Chinese', async ({ openPhone }) => {
  const phone = await openPhone({ locale: 'zh-CN' })
  await signedIn(phone)
  await phone.goto('/activity')
  await expect(phone.getByRole('heading', { name: '账号动态' })).toBeVisible()
  await expect(
    phone.getByRole('listitem').filter({ hasText: '用密码在 iOS 上的 Safari 上登录' }),
  ).toContainText('今天')
})
