/** What the app tells a person when they look: sign-ins, and what they make of them. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { setSeen } from './support/browsers'
import { givePassword, sessionIdOf, signedIn, signedInAgain } from './support/people'
import { readCode } from './support/qr'
import { isSignedOut, letIn, status } from './support/steps'
import { messages as t } from './support/words'

const section = (page: Page) => page.getByRole('region', { name: t.notices.list })
const told = (page: Page) => section(page).getByRole('listitem')
const mine = (page: Page) => section(page).getByRole('button', { name: t.notices.mine }).first()
const notMine = (page: Page) => section(page).getByRole('button', { name: t.notices.notMine }).first()

test('the phone is told which desktop it let in, and says that it was right', async ({ desktop, phone }) => {
  await signedIn(phone)
  await phone.goto('/')
  await expect(phone.getByRole('button', { name: t.home.signOut })).toBeEnabled()
  await expect(section(phone)).toHaveCount(0)
  await letIn(phone, desktop)
  await phone.goto('/')
  await expect(told(phone)).toHaveCount(1)
  await expect(told(phone)).toContainText('New sign-in: Chrome on Windows')
  await expect(told(phone)).toContainText(/today \d+:\d\d .M · approved by Safari on iOS/)
  await mine(phone).click()
  await expect(status(phone).filter({ hasText: t.notices.dismissed })).toBeVisible()
  await expect(told(phone)).toHaveCount(0)
  await expect(section(phone)).toBeFocused()
  await phone.reload()
  await expect(phone.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(section(phone)).toHaveCount(0)
  expect(await isSignedOut(desktop)).toBe(false)
})

test('a desktop that it never meant to let in is ended, and can’t ask again', async ({
  desktop,
  phone,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/scan/)
  await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/')
  await notMine(phone).click()
  const ask = phone.getByRole('dialog', { name: t.notMe.ask.title })
  await expect(ask).toContainText('We sign out Chrome on Windows')
  await phone.keyboard.press('Escape')
  await expect(ask).toHaveCount(0)
  await expect(notMine(phone)).toBeFocused()
  expect(await isSignedOut(desktop)).toBe(false)

  await notMine(phone).click()
  await ask.getByRole('button', { name: t.notMe.submit }).click()
  const done = phone.getByRole('dialog', { name: t.notMe.done.title })
  await expect(done).toContainText("Ended: that device. It can't ask you again for 30 days.")
  await expect(done.getByRole('link', { name: t.notMe.done.password })).toBeFocused()
  expect(await isSignedOut(desktop)).toBe(true)
  await done.getByRole('link', { name: t.notMe.done.everywhere }).click()
  await expect(phone).toHaveURL('/sessions')
  await phone.goto('/')
  await expect(phone.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(section(phone)).toHaveCount(0)

  await desktop.goto('/login')
  await phone.goto((await readCode(desktop)).url)
  await expect(phone.getByRole('heading', { name: t.scan.end.blocked.title })).toBeVisible()
})

test('a desktop on probation is told nothing until its person gives the password', async ({
  desktop,
  phone,
}) => {
  const person = await signedIn(phone)
  await letIn(phone, desktop)
  await expect(desktop.getByRole('button', { name: t.probation.give })).toBeEnabled()
  await expect(section(desktop)).toHaveCount(0)
  await desktop.getByRole('button', { name: t.probation.give }).click()
  await givePassword(desktop, person)
  await expect(desktop.getByText(t.probation.lifted)).toBeVisible()
  await expect(told(desktop)).toContainText('New sign-in: Safari on iOS')
  await expect(told(desktop)).toContainText(t.notices.password)
  await mine(desktop).click()
  await expect(told(desktop)).toHaveCount(0)
})

test('a desktop past its probation gives the password before it says that something was right', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/notices\//)
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  await rows.ageSession((await rows.sessionOf(id)).id, 86_400)
  await desktop.goto('/')
  await expect(told(desktop)).toContainText('New sign-in: Safari on iOS')
  await mine(desktop).click()
  await expect(desktop.getByRole('dialog', { name: t.reauthenticate.title })).toBeVisible()
  await desktop.getByRole('button', { name: t.common.cancel }).click()
  await expect(told(desktop)).toHaveCount(1)
  await mine(desktop).click()
  await givePassword(desktop, person)
  await expect(told(desktop)).toHaveCount(0)
})

test('nobody sees, dismisses or reports what is in another account', async ({
  desktop,
  openPhone,
  phone,
  rows,
}) => {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const { id: sessionId } = await rows.sessionOf(id)
  const stranger = await openPhone()
  await signedIn(stranger)
  const call = (method: string, path: string) =>
    stranger.request.fetch(path, { method, headers: { 'Sec-Fetch-Site': 'same-origin' } })
  expect(await (await call('GET', '/api/notices')).json()).toEqual({ notices: [] })
  expect((await call('DELETE', `/api/notices/${await rows.noticeOf(sessionId)}`)).status()).toBe(404)
  expect((await call('POST', `/api/sessions/${sessionId}/report`)).status()).toBe(404)
  await phone.goto('/')
  await expect(told(phone)).toHaveCount(1)
  expect(await isSignedOut(desktop)).toBe(false)
})

test('the newest few are shown, and the way to the others', async ({ openDesktop, phone, rows }) => {
  const person = await signedIn(phone)
  for (let times = 0; times < 5; times++) {
    const desktop = await openDesktop()
    await signedInAgain(desktop, person)
    await rows.ageSession(await sessionIdOf(desktop), (5 - times) * 60)
  }
  await phone.goto('/')
  await expect(told(phone)).toHaveCount(3)
  await section(phone).getByRole('link', { name: 'And 2 more' }).click()
  await expect(phone).toHaveURL('/activity')
  await expect(phone.getByRole('button', { name: t.activity.notMine })).toHaveCount(5)
})

test('a notice is not shown past its time', async ({ openDesktop, phone, rows }) => {
  const person = await signedIn(phone)
  const desktop = await openDesktop()
  await signedInAgain(desktop, person)
  await rows.ageSession(await sessionIdOf(desktop), 7 * 86_400)
  await phone.goto('/')
  await expect(phone.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(section(phone)).toHaveCount(0)
})

test('who comes back to the page sees what happened meanwhile', async ({ openDesktop, phone }) => {
  const person = await signedIn(phone)
  await phone.goto('/')
  await expect(phone.getByRole('button', { name: t.home.signOut })).toBeEnabled()
  await setSeen(phone, false)
  await signedInAgain(await openDesktop(), person)
  await expect(async () => {
    await setSeen(phone, false)
    await setSeen(phone, true)
    await expect(told(phone)).toHaveCount(1, { timeout: 500 })
  }).toPass()
})
