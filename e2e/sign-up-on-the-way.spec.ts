/** A phone that is not signed in yet loses neither its code nor its way. */
import { expect, test } from './fixtures'
import { newPerson, signedIn, signIn, signUp } from './support/people'
import { readCode } from './support/qr'
import { approve, arrived } from './support/steps'
import { messages as t } from './support/words'

/** Longer than any code lives (two steps of 30 s). */
const LONGER_THAN_A_CODE_MS = 61_500

test('signing up on the way may take longer than the code lives', async ({ desktop, phone, rows }) => {
  test.setTimeout(120_000)
  await desktop.goto('/login')
  const { url, id } = await readCode(desktop)
  await phone.goto(url)
  await expect(phone.getByRole('heading', { name: t.scan.signedOut.title })).toBeVisible()
  await phone.getByRole('link', { name: t.scan.signedOut.create }).click()
  await expect(phone.getByRole('heading', { name: t.signup.title })).toBeVisible()
  // A real wait: a person who fills in a form, while the code goes out of date on all sides.
  await phone.waitForTimeout(LONGER_THAN_A_CODE_MS)
  expect((await rows.request(id)).state).toBe('new')
  await expect(async () => expect((await readCode(desktop)).url).not.toBe(url)).toPass()

  const { name } = await signUp(phone)
  await expect(phone).toHaveURL(`/scan/${id}`)
  await expect(phone.getByText(name)).toBeVisible()
  await approve(phone)
  await arrived(desktop)
  await expect(desktop.getByRole('heading', { name })).toBeVisible()
})

test('signing in on the way comes back to the very request', async ({ desktop, phone, openPhone, rows }) => {
  const person = await signedIn(await openPhone(), newPerson())
  await desktop.goto('/login')
  const { url, id } = await readCode(desktop)
  await phone.goto(url)
  await phone.getByRole('link', { name: t.scan.signedOut.signin }).click()
  await expect(phone.getByRole('heading', { name: t.signin.title })).toBeVisible()
  await rows.age(id, 90)
  await signIn(phone, person)
  await expect(phone).toHaveURL(`/scan/${id}`)
  await approve(phone)
  await arrived(desktop)
})

test('a ticket is no claim: another phone may scan meanwhile, and the late one hears it', async ({
  desktop,
  phone,
  openPhone,
  trouble,
}) => {
  trouble.expect(/409 .* @ \/api\/login\/scan/)
  const other = await openPhone()
  const person = await signedIn(await openPhone(), newPerson())
  await signedIn(other)
  await desktop.goto('/login')
  const { url } = await readCode(desktop)
  await phone.goto(url)
  await phone.getByRole('link', { name: t.scan.signedOut.signin }).click()
  await other.goto(url)
  await expect(other.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await signIn(phone, person)
  await expect(phone.getByRole('heading', { name: t.scan.end.already_scanned.title })).toBeVisible()
})

test('a signed-out phone with a dead code is told so, and offered no sign-in', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/410 .* @ \/api\/login\/ticket/)
  await desktop.goto('/login')
  const { url, id } = await readCode(desktop)
  await rows.age(id, 61)
  await phone.goto(url)
  await expect(phone.getByRole('heading', { name: t.scan.end.expired.title })).toBeVisible()
  await expect(phone.getByRole('link', { name: t.scan.signedOut.signin })).toHaveCount(0)
})

test('an id without a ticket opens nothing', async ({ desktop, phone, rows, trouble }) => {
  trouble.expect(/404 .* @ \/api\/login\/scan/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await readCode(desktop)
  await phone.goto(`/scan/${id}`)
  await expect(phone.getByRole('heading', { name: t.scan.end.not_found.title })).toBeVisible()
  expect((await rows.request(id)).state).toBe('new')
})
