/** Where an account is signed in, and ending that. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { givePassword, newPerson, sessionIdOf, signedIn, signedInAgain, signIn } from './support/people'
import { approve, arrived, isSignedOut, letIn, scan, status } from './support/steps'
import { messages as t } from './support/words'

const list = (page: Page) => page.getByRole('list', { name: t.sessions.list })
const WINDOWS = 'Chrome on Windows'
const IPHONE = 'Safari on iOS'

async function choose(page: Page, device: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Options for ${device}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function confirmSigningOut(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: t.sessions.signOut }).click()
}

test('the list shows the phone, under it the desktop that it let in, and which one this is', async ({
  desktop,
  phone,
}) => {
  await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/sessions')
  const root = list(phone).getByRole('listitem').first()
  await expect(root).toContainText(IPHONE)
  await expect(root.getByText(t.sessions.thisDevice)).toHaveCount(1)
  const child = root.getByRole('listitem')
  await expect(child).toHaveCount(1)
  await expect(child).toContainText(WINDOWS)
  await expect(child).toContainText(t.sessions.qr)
  await expect(child.getByText(t.sessions.thisDevice)).toHaveCount(0)

  await desktop.goto('/sessions')
  await expect(list(desktop).getByRole('listitem').first()).toContainText(IPHONE)
  const own = list(desktop).getByRole('listitem').getByRole('listitem')
  await expect(own.getByText(t.sessions.thisDevice)).toBeVisible()
})

test('a desktop that stays on its own stands by itself, and names the phone that let it in', async ({
  desktop,
  phone,
}) => {
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  await phone.getByLabel(t.scan.confirm.derived).uncheck()
  await approve(phone)
  await arrived(desktop)
  await phone.goto('/sessions')
  await expect(list(phone).getByRole('listitem')).toHaveCount(2)
  await expect(list(phone).getByRole('list')).toHaveCount(0)
  await expect(list(phone).getByRole('listitem').nth(1)).toContainText(`approved by ${IPHONE}`)
})

test('a device keeps the name that it is given, and loses it again', async ({ desktop, phone }) => {
  await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/sessions')
  await choose(phone, WINDOWS, t.sessions.rename)
  await phone.getByRole('dialog').getByLabel(t.fields.name).fill('Library <b>PC</b>')
  await phone.getByRole('button', { name: t.common.save }).click()
  await expect(status(phone)).toHaveText(t.sessions.renamed)
  await expect(list(phone).getByText('Library <b>PC</b>', { exact: true })).toBeVisible()
  await desktop.goto('/')
  await expect(desktop.getByText('Library <b>PC</b>')).toBeVisible()

  await choose(phone, 'Library <b>PC</b>', t.sessions.rename)
  await phone.getByRole('dialog').getByLabel(t.fields.name).fill('')
  await phone.getByRole('button', { name: t.common.save }).click()
  await expect(list(phone).getByText(WINDOWS, { exact: true })).toBeVisible()
})

test('signing one device out is felt with that device’s very next request', async ({
  desktop,
  phone,
  rows,
}) => {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  await desktop.goto('/account')
  await phone.goto('/sessions')
  await choose(phone, WINDOWS, t.sessions.signOut)
  await expect(phone.getByRole('dialog', { name: `Sign out ${WINDOWS}?` })).toContainText(t.sessions.endAlone)
  await confirmSigningOut(phone)
  await expect(status(phone)).toHaveText('One device signed out.')
  await expect(list(phone).getByRole('listitem')).toHaveCount(1)
  await expect(phone.getByText(t.sessions.only)).toBeVisible()

  expect((await desktop.request.get('/api/sessions')).status()).toBe(401)
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)
  expect(await rows.sessionOf(id)).toMatchObject({ endReason: 'revoked' })
})

test('a desktop that was let in approves others only with the password, and ends together with them', async ({
  desktop,
  openDesktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/.*\/confirm/)
  const person = await signedIn(phone)
  const first = await letIn(phone, desktop)
  const third = await openDesktop()
  await third.goto('/login')
  const second = await scan(desktop, third)
  await desktop.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(desktop.getByRole('dialog', { name: t.reauthenticate.title })).toBeVisible()
  expect((await rows.request(second.id)).state).toBe('scanned')
  await givePassword(desktop, person)
  await expect(desktop.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  await arrived(third)
  expect((await rows.sessionOf(second.id)).parentId).toBe((await rows.sessionOf(first.id)).id)

  await phone.goto('/sessions')
  await expect(list(phone).getByRole('listitem')).toHaveCount(3)
  await phone
    .getByRole('button', { name: `Options for ${WINDOWS}` })
    .first()
    .click()
  await phone.getByRole('menuitem', { name: t.sessions.signOut }).click()
  await expect(phone.getByRole('dialog')).toContainText('One device that it let in is signed out with it.')
  await confirmSigningOut(phone)
  await expect(status(phone)).toHaveText('2 devices signed out.')
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(third)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)
})

test('signing out everywhere else leaves this one alone', async ({ desktop, openPhone, phone }) => {
  const person = await signedIn(phone)
  const other = await openPhone()
  await signedInAgain(other, person)
  await letIn(phone, desktop)
  await phone.goto('/sessions')
  await phone.getByRole('button', { name: t.sessions.everywhere }).click()
  await expect(phone.getByRole('dialog')).toContainText(
    '2 other devices are signed out. You stay signed in here.',
  )
  await confirmSigningOut(phone)
  await expect(status(phone)).toHaveText('2 devices signed out.')
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(other)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)
})

test('a desktop that was let in ends others only with the password', async ({ desktop, phone, trouble }) => {
  trouble.expect(/403 .* @ \/api\/(sessions|reauthenticate)/)
  const person = await signedIn(phone)
  await letIn(phone, desktop)
  await desktop.goto('/sessions')
  await desktop.getByRole('button', { name: t.sessions.everywhere }).click()
  await confirmSigningOut(desktop)
  const dialog = desktop.getByRole('dialog', { name: t.reauthenticate.title })
  await expect(dialog).toBeVisible()
  await expect(desktop.locator('dialog[open]')).toHaveCount(1)
  await dialog.getByLabel(t.fields.password).fill('not the password')
  await dialog.getByRole('button', { name: t.reauthenticate.submit }).click()
  await expect(dialog.getByText(t.errors.proof_failed)).toBeVisible()
  expect((await phone.request.get('/api/sessions')).status()).toBe(200)

  await givePassword(desktop, person)
  await expect(status(desktop).filter({ hasText: 'One device signed out.' })).toBeVisible()
  expect(await isSignedOut(phone)).toBe(true)
  expect(await isSignedOut(desktop)).toBe(false)
})

test('a desktop that was let in may sign itself out, and nobody else with it', async ({ desktop, phone }) => {
  await signedIn(phone)
  await letIn(phone, desktop)
  await desktop.goto('/sessions')
  await choose(desktop, WINDOWS, t.sessions.signOut)
  await expect(desktop.getByRole('dialog')).toContainText(t.sessions.endSelf)
  await confirmSigningOut(desktop)
  await expect(desktop).toHaveURL('/login')
  expect(await isSignedOut(phone)).toBe(false)
})

test('a desktop on probation is marked, and its own password lifts that', async ({ desktop, phone }) => {
  const person = await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/sessions')
  const row = list(phone).getByRole('listitem').getByRole('listitem')
  await expect(row).toContainText(/New, on probation until tomorrow \d+:\d\d/)
  await expect(row).toContainText(t.probation.meaning)

  await desktop.goto('/sessions')
  await expect(desktop.getByText(/Until tomorrow \d+:\d\d .* it sees no notices/)).toBeVisible()
  await desktop.getByRole('button', { name: t.probation.give }).click()
  await givePassword(desktop, person)
  await expect(desktop.getByText(t.probation.lifted)).toBeVisible()
  await expect(desktop.getByRole('button', { name: t.probation.give })).toHaveCount(0)
  for (const page of ['/', '/account', '/activity']) {
    await desktop.goto(page)
    await expect(desktop.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(desktop.getByRole('button', { name: t.probation.give })).toHaveCount(0)
  }
  await phone.reload()
  await expect(row).toContainText(WINDOWS)
  await expect(row).not.toContainText(t.probation.meaning)
})

test('a sign-in that was not one’s own is reported in the list, for seven days', async ({
  desktop,
  openDesktop,
  phone,
  rows,
}) => {
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const old = await openDesktop()
  await signedInAgain(old, person)
  await rows.ageSession(await sessionIdOf(old), 7 * 86_400)
  await phone.goto('/sessions')
  const rowOf = (how: string) => list(phone).getByRole('listitem').filter({ hasText: how })
  const menu = rowOf(t.sessions.password).last().getByRole('button')
  await menu.click()
  await expect(phone.getByRole('menuitem', { name: t.sessions.signOut })).toBeVisible()
  await expect(phone.getByRole('menuitem', { name: t.sessions.notMine })).toHaveCount(0)
  await phone.keyboard.press('Escape')

  await rowOf(t.sessions.qr).last().getByRole('button').click()
  await phone.getByRole('menuitem', { name: t.sessions.notMine }).click()
  await phone.getByRole('dialog', { name: t.notMe.ask.title }).getByText(t.notMe.submit).click()
  const done = phone.getByRole('dialog', { name: t.notMe.done.title })
  await expect(done).toContainText("Ended: that device. It can't ask you again for 30 days.")
  await done.getByRole('button', { name: t.notMe.done.close }).click()
  await expect(list(phone).getByRole('listitem')).toHaveCount(2)
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(old)).toBe(false)
  expect(await rows.sessionOf(id)).toMatchObject({ endReason: 'reported' })
})

test('changing the password signs out every other device', async ({ desktop, openPhone, phone }) => {
  const person = await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/account')
  await phone.getByLabel(t.fields.currentPassword).fill(person.password)
  await phone.getByLabel(t.fields.newPassword).fill('another long password')
  await phone.getByRole('button', { name: t.account.passwordSubmit }).click()
  await expect(status(phone)).toHaveText('Password changed. One other device signed out.')
  expect(await isSignedOut(desktop)).toBe(true)
  expect(await isSignedOut(phone)).toBe(false)

  const later = await openPhone()
  await later.goto('/signin')
  await signIn(later, { ...person, password: 'another long password' })
  await expect(later).toHaveURL('/')
})

test('a wrong current password changes nothing', async ({ desktop, phone, trouble }) => {
  trouble.expect(/403 .* @ \/api\/account\/password/)
  await signedIn(phone)
  await letIn(phone, desktop)
  await phone.goto('/account')
  await phone.getByLabel(t.fields.currentPassword).fill('not the password')
  await phone.getByLabel(t.fields.newPassword).fill('another long password')
  await phone.getByRole('button', { name: t.account.passwordSubmit }).click()
  await expect(phone.getByText(t.errors.proof_failed)).toHaveCount(1)
  await expect(phone.getByText(t.errors.proof_failed)).toBeVisible()
  expect(await isSignedOut(desktop)).toBe(false)
})

test('forms say what is wrong with them', async ({ desktop, phone, trouble }) => {
  trouble.expect(/40[03] .* @ \/api\/(users|auth\/callback\/password)/)
  const person = await signedIn(phone)
  await desktop.goto('/signin')
  await desktop.getByLabel(t.fields.email).fill(person.email)
  await desktop.getByLabel(t.fields.password).fill('not the password')
  await desktop.getByRole('button', { name: t.signin.submit }).click()
  await expect(status(desktop)).toHaveText(t.signin.wrong)
  await expect(desktop).toHaveURL('/signin')

  await desktop.goto('/signup')
  await desktop.getByRole('button', { name: t.signup.submit }).click()
  await expect(desktop.getByText(t.fields.invalid.required)).toHaveCount(3)
  const { name, email } = newPerson()
  await desktop.getByLabel(t.fields.name, { exact: true }).fill(name)
  await desktop.getByLabel(t.fields.email).fill(email)
  await desktop.getByLabel(t.fields.password).fill('short')
  await desktop.getByRole('button', { name: t.signup.submit }).click()
  await expect(desktop.getByText('Use at least 10 characters.')).toBeVisible()
  await desktop.getByLabel(t.fields.email).fill(person.email)
  await desktop.getByLabel(t.fields.password).fill(person.password)
  await desktop.getByRole('button', { name: t.signup.submit }).click()
  await expect(desktop.getByText(t.fields.invalid.taken)).toBeVisible()
})
